"""Two ogx providers to copy from: scripted inference, and vector stores in plain memory."""

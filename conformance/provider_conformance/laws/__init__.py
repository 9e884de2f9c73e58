"""How each API is called sensibly, a file an API; what must hold between calls will stand there too."""

"""The source view: a provider seen through its source text, with nothing of it imported.

Source becomes *stand-ins*: real classes and functions, compiled from the text and never called.
A stand-in class has the bases, the methods, the decorators' wrappers and the attributes that the
text gives it, and whatever the text does not tell is an :class:`Opaque` value in its place. So the
comparison that judges live classes judges stand-ins as well, and the two views cannot drift apart.
"""

"""Words in what is not text: documents, archives, pictures. Reading is done in a child process.

``reader.Reader`` is the one way in; ``child`` and what it imports never run in the service itself.
"""

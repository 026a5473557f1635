"""What crosses HTTP: the bodies that are taken, the shapes that are answered, and problems."""

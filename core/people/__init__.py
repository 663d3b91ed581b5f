"""Units, places, categories, users, roles and access, posts, persons."""

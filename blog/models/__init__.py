"""Models of the blog app."""

from blog.models.authors import PostAuthor, StaffAuthor
from blog.models.index import BlogIndexPage
from blog.models.posts import BlogPostPage, Category, PostTag

__all__ = [
    "BlogIndexPage",
    "BlogPostPage",
    "Category",
    "PostAuthor",
    "PostTag",
    "StaffAuthor",
]

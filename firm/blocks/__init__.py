"""The building blocks of pages: text, links, media, the story of a page, and the sections of the home page."""

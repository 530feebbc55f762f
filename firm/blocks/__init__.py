"""The blocks of pages: text, links, media, page bodies, and the sections of the home page."""

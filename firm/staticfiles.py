"""Static files: the style sheet bundled into one file, everything hashed and compressed."""

import lightningcss
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLED = ("css/site.css",)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Bundles and minifies the site's style sheet when files are collected; then hashes and compresses as usual."""

    def post_process(self, paths, dry_run=False, **options):
        """Replace each bundle's entry by one file with all that it imports."""
        if not dry_run:
            for name in BUNDLED:
                if name in paths:
                    source = finders.find(name)
                    self.delete(name)
                    self._save(name, ContentFile(lightningcss.bundle_css(source, minify=True).encode()))
                    paths[name] = (self, name)
        yield from super().post_process(paths, dry_run, **options)

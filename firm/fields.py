"""Model fields that every app shares."""

from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from wagtail.blocks import StreamBlock
from wagtail.fields import StreamField


class BlockField(StreamField):
    """A StreamField that names the function which assembles its blocks, instead of listing them.

    ``source`` is the dotted path of a callable that returns ``(name, block)`` pairs. Migrations keep the path
    alone, so that they stay stable when a label changes, and so that the blocks of apps above may be registered.
    """

    def __init__(self, source: str, **kwargs):
        self.source = source
        super().__init__([], **kwargs)

    @cached_property
    def stream_block(self) -> StreamBlock:
        """The assembled block; built on first use, when all apps are ready."""
        block = StreamBlock(list(import_string(self.source)()))
        block.set_meta_options(self.block_opts)
        return block

    def deconstruct(self):
        """Return the dotted path as the only argument, and no block definitions."""
        name, path, _, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        return name, path, [self.source], kwargs

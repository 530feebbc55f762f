// The rich text editor's footnote button sets the reference behind the selected words.
// Without this, wagtail-footnotes sets it in their place, and the words are gone.

const behindSelection = (editorState) => {
  const selection = editorState.getSelection();
  const [key, offset] = [selection.getEndKey(), selection.getEndOffset()];
  const end = { anchorKey: key, anchorOffset: offset, focusKey: key, focusOffset: offset, isBackward: false };
  return EditorState.acceptSelection(editorState, selection.merge(end));
};

window.draftail.registerPlugin({
  type: "FOOTNOTES",
  source: (props) =>
    React.createElement(FootnoteSource, { ...props, editorState: behindSelection(props.editorState) }),
  decorator: Footnote,
});

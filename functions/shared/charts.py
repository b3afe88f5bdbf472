"""Charts as SVG, drawn by pygal; nothing in them runs or is fetched."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

SVG = "image/svg+xml"
LONGEST_LABEL = 60  # characters: a longer name would cover the drawing
# What XML 1.0 has no place for, not even escaped
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def label(text: str, longest: int = LONGEST_LABEL) -> str:
    """A text as it can be drawn: what XML cannot hold is replaced, what is too long is cut."""
    drawn = _NO_XML.sub("\ufffd", text[: longest + 1])
    return drawn if len(drawn) <= longest else f"{drawn[: longest - 1]}…"


def chart(  # noqa: PLR0913 - what a chart says
    kind: Literal["line", "bars"],
    title: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    x_title: str,
    y_title: str,
) -> str:
    """An SVG document with a line or bars per series, over the labels."""
    import pygal
    from pygal.style import Style

    style = Style(
        background="white", plot_background="white", colors=("#0b62a4", "#d9822b", "#4a8f3c")
    )
    options: dict[str, Any] = {
        "title": label(title, 2 * LONGEST_LABEL),
        "x_title": label(x_title),
        "y_title": label(y_title),
        "x_label_rotation": 30,
        # a label for each point would be a black bar
        "x_labels_major_count": 12,
        "show_minor_x_labels": len(labels) <= 24,
        "show_dots": len(labels) <= 100,
        "legend_at_bottom": True,
        "disable_xml_declaration": True,
        "js": [],
        "style": style,
        "no_data_text": "nothing to show",
        "width": 960,
        "height": 540,
    }
    drawing = (pygal.Line if kind == "line" else pygal.Bar)(**options)
    drawing.uuid = "chart"  # a random one would change the entity tag each time
    drawing.x_labels = [label(each) for each in labels]
    for name, values in series.items():
        drawing.add(label(name), list(values))
    drawing.add_xml_filter(_without_scripts)
    return str(drawing.render(is_unicode=True))


def _without_scripts(root: Any) -> Any:
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag == "script":
                parent.remove(child)
    return root

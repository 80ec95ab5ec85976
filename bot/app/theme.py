"""The look of gradio's own parts: blue and slate, system fonts only, readable in light and dark."""

from __future__ import annotations

import gradio as gr

FONTS = ("system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "sans-serif")
MONO = ("ui-monospace", "Consolas", "Noto Sans Mono CJK SC", "monospace")


def make_theme() -> gr.themes.Base:
    """The theme. Fonts are names only: a font object would be fetched from a font service."""
    return gr.themes.Base(
        primary_hue="blue",
        secondary_hue="blue",
        neutral_hue="slate",
        radius_size="lg",
        font=list(FONTS),
        font_mono=list(MONO),
    ).set(
        body_background_fill="#f4f6fa",
        body_background_fill_dark="#0d1420",
        body_text_color="#1b2433",
        body_text_color_dark="#e6ebf3",
        # The login page has this theme and none of app.css.
        background_fill_primary="#f4f6fa",
        background_fill_primary_dark="#0d1420",
        background_fill_secondary="#f4f6fa",
        background_fill_secondary_dark="#0d1420",
        panel_background_fill="#f4f6fa",
        panel_background_fill_dark="#0d1420",
        block_background_fill="#f4f6fa",
        block_background_fill_dark="#0d1420",
        input_border_width="1px",
        block_border_width="0px",
        block_shadow="none",
        block_label_text_color="#475569",
        block_label_text_color_dark="#b4c0d0",
        block_title_text_color="#334155",
        block_title_text_color_dark="#d3dbe6",
        input_background_fill="#ffffff",
        input_background_fill_dark="#0f1826",
        input_border_color="#8291a7",
        input_border_color_dark="#5b6b82",
        input_border_color_focus="#1d4ed8",
        input_border_color_focus_dark="#7ea8ff",
        input_placeholder_color="#5f6f86",
        input_placeholder_color_dark="#94a3b8",
        button_primary_background_fill="#1d4ed8",
        button_primary_background_fill_hover="#1e40af",
        button_primary_background_fill_dark="#2f62e0",
        button_primary_background_fill_hover_dark="#2554cc",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        checkbox_label_background_fill="#ffffff",
        checkbox_label_background_fill_dark="#161f2e",
        checkbox_label_background_fill_selected="#1d4ed8",
        checkbox_label_background_fill_selected_dark="#2f62e0",
        checkbox_label_text_color="#334155",
        checkbox_label_text_color_dark="#d3dbe6",
        checkbox_label_text_color_selected="#ffffff",
        checkbox_label_text_color_selected_dark="#ffffff",
        checkbox_label_border_color="#cbd5e1",
        checkbox_label_border_color_dark="#334155",
    )

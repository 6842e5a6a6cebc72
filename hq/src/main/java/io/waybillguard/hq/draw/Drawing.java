package io.waybillguard.hq.draw;

import gg.jte.Content;
import gg.jte.TemplateOutput;

/**
 * A finished drawing, which a page takes as it is: only this package makes one, and every value in
 * it went through {@link Svg}.
 */
public final class Drawing implements Content {
  /** Nothing to draw. */
  public static final Drawing NONE = new Drawing("");

  private final String svg;

  Drawing(String svg) {
    this.svg = svg;
  }

  /** Whether there is nothing to draw. */
  public boolean isEmpty() {
    return svg.isEmpty();
  }

  @Override
  public void writeTo(TemplateOutput output) {
    output.writeContent(svg);
  }
}

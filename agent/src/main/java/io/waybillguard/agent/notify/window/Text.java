package io.waybillguard.agent.notify.window;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.util.List;
import javax.swing.JLabel;

/** Words in a width; a label, so that a screen reader reads them. */
final class Text extends JLabel {
  private static final long serialVersionUID = 1L;

  private final int width;
  private final int leading;

  /**
   * @param width in pixels
   */
  Text(String words, Font font, Color color, int width) {
    super(words);
    this.width = width;
    this.leading = font.getSize() * 3 / 2;
    setFont(font);
    setForeground(color);
    getAccessibleContext().setAccessibleName(words);
  }

  private List<String> lines() {
    FontMetrics metrics = getFontMetrics(getFont());
    return Wrap.lines(getText(), width, metrics::stringWidth);
  }

  @Override
  public Dimension getPreferredSize() {
    return new Dimension(width, lines().size() * leading);
  }

  @Override
  protected void paintComponent(Graphics graphics) {
    Graphics2D on = smooth(graphics);
    on.setFont(getFont());
    on.setColor(getForeground());
    FontMetrics metrics = on.getFontMetrics();
    int y = (leading - metrics.getHeight()) / 2 + metrics.getAscent();
    for (String line : lines()) {
      on.drawString(line, 0, y);
      y += leading;
    }
  }

  static Graphics2D smooth(Graphics graphics) {
    Graphics2D on = (Graphics2D) graphics;
    on.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    on.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    return on;
  }
}

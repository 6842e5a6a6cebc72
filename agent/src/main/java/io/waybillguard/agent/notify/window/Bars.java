package io.waybillguard.agent.notify.window;

import io.waybillguard.agent.notify.Code128;
import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import javax.swing.JComponent;
import javax.swing.JLabel;

/**
 * A code to scan, with the answer that it stands for. Two pixels a module: 0.5 mm on a usual
 * screen, which scanners for paper read.
 */
final class Bars extends JLabel {
  private static final long serialVersionUID = 1L;

  private static final int MODULE = 2;
  private static final int HEIGHT = 48;
  private static final int CAPTION = 24;

  private final boolean[] bars;

  Bars(String digits, String meaning, Font font) {
    super(meaning);
    this.bars = Code128.bars(digits);
    setFont(font);
    setForeground(Look.FAINT);
    getAccessibleContext().setAccessibleName(meaning);
  }

  @Override
  public Dimension getPreferredSize() {
    return new Dimension((bars.length + 2 * Code128.QUIET) * MODULE, HEIGHT + CAPTION);
  }

  @Override
  protected void paintComponent(Graphics graphics) {
    Graphics2D on = Text.smooth(graphics);
    on.setColor(Color.WHITE);
    on.fillRect(0, 0, getWidth(), getHeight());
    on.setColor(Color.BLACK);
    for (int i = 0; i < bars.length; i++) {
      if (bars[i]) {
        on.fillRect((Code128.QUIET + i) * MODULE, 0, MODULE, HEIGHT);
      }
    }
    on.setFont(getFont());
    on.setColor(getForeground());
    FontMetrics metrics = on.getFontMetrics();
    on.drawString(
        getText(),
        (getWidth() - metrics.stringWidth(getText())) / 2,
        HEIGHT + (CAPTION - metrics.getHeight()) / 2 + metrics.getAscent());
  }

  /** A thin line across. */
  static JComponent rule(int width) {
    return new JComponent() {
      private static final long serialVersionUID = 1L;

      @Override
      public Dimension getPreferredSize() {
        return new Dimension(width, 1);
      }

      @Override
      protected void paintComponent(Graphics graphics) {
        graphics.setColor(Look.LINE);
        graphics.fillRect(0, 0, getWidth(), 1);
      }
    };
  }
}

package io.waybillguard.agent.notify.window;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import javax.swing.JButton;

/** A button with the key that chooses it. */
final class Choice extends JButton {
  private static final long serialVersionUID = 1L;

  private static final int HEIGHT = 40;
  private static final int SIDE = 10;
  private static final int GAP = 6;

  private final String key;
  private boolean chosen;

  /**
   * @param number the key, 1 to 3
   * @param words what it means
   */
  Choice(int number, String words, Font font) {
    super(words);
    this.key = Integer.toString(number);
    setFont(font);
    setFocusPainted(false);
    setContentAreaFilled(false);
    setBorderPainted(false);
    setOpaque(false);
    getAccessibleContext().setAccessibleName(words);
    getAccessibleContext().setAccessibleDescription(key);
  }

  /** Shows that it has been chosen and waits to be sure. */
  void markChosen(boolean now) {
    chosen = now;
    repaint();
  }

  @Override
  public Dimension getPreferredSize() {
    FontMetrics metrics = getFontMetrics(getFont());
    return new Dimension(
        SIDE + metrics.stringWidth(key) + GAP + metrics.stringWidth(getText()) + SIDE, HEIGHT);
  }

  @Override
  protected void paintComponent(Graphics graphics) {
    Graphics2D on = Text.smooth(graphics);
    boolean lit = chosen || getModel().isPressed() || getModel().isRollover();
    Color edge = lit || isFocusOwner() ? Look.CALM : Look.FRAME;
    on.setColor(lit ? Look.CALM_PALE : Look.PAPER);
    on.fillRoundRect(1, 1, getWidth() - 2, getHeight() - 2, 10, 10);
    on.setColor(edge);
    on.drawRoundRect(0, 0, getWidth() - 1, getHeight() - 1, 10, 10);
    if (isFocusOwner() || chosen) {
      on.drawRoundRect(1, 1, getWidth() - 3, getHeight() - 3, 8, 8);
    }
    FontMetrics metrics = getFontMetrics(getFont());
    int y = (getHeight() - metrics.getHeight()) / 2 + metrics.getAscent();
    on.setFont(getFont());
    on.setColor(Look.CALM);
    on.drawString(key, SIDE, y);
    on.setColor(Look.INK);
    on.drawString(getText(), SIDE + metrics.stringWidth(key) + GAP, y);
  }
}

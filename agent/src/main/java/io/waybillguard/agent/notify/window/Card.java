package io.waybillguard.agent.notify.window;

import io.waybillguard.agent.notify.Sheet;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Component;
import java.awt.Dimension;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import javax.swing.JPanel;

/**
 * A sheet laid out: head, what happens, what is known, what to do, choices, codes. Placed by hand,
 * top to bottom, since only its height changes.
 */
final class Card extends JPanel {
  private static final long serialVersionUID = 1L;

  private static final int INNER = Look.WIDTH - 2 * Look.MARGIN;
  private static final int HEAD = 44;

  private final String head;
  private final String clock;
  private final transient Look look;
  private final Color accent;
  private final List<Choice> choices = new ArrayList<>();
  private int bottom = HEAD;

  Card(Sheet sheet, Look look, IntConsumer chosen) {
    super(null);
    this.head = sheet.head();
    this.clock = sheet.clock();
    this.look = look;
    this.accent = sheet.pressing() ? Look.PRESSING : Look.CALM;
    setBackground(Look.PAPER);
    getAccessibleContext().setAccessibleName(sheet.head());
    down(12);
    place(new Text(sheet.title(), look.strong(20), sheet.pressing() ? accent : Look.INK, INNER));
    down(sheet.lines().isEmpty() ? 0 : 6);
    for (String line : sheet.lines()) {
      place(new Text(line, look.type(15), Look.SOFT, INNER));
    }
    down(8);
    place(new Text(sheet.advice(), look.type(16), Look.INK, INNER));
    down(16);
    placeChoices(sheet, chosen);
    if (!sheet.codes().isEmpty()) {
      placeCodes(sheet);
    }
    if (!sheet.more().isEmpty()) {
      down(10);
      place(new Text(sheet.more(), look.type(13), Look.FAINT, INNER));
    }
    down(16);
    setPreferredSize(new Dimension(Look.WIDTH, bottom));
  }

  private void down(int pixels) {
    bottom += pixels;
  }

  private void place(Component part) {
    place(part, Look.MARGIN);
    down(part.getHeight());
  }

  private void place(Component part, int x) {
    Dimension size = part.getPreferredSize();
    part.setBounds(x, bottom, size.width, size.height);
    add(part);
  }

  /** Side by side where they fit, else one below the other. */
  private void placeChoices(Sheet sheet, IntConsumer chosen) {
    int gap = 8;
    int width = -gap;
    for (int i = 0; i < sheet.choices().size(); i++) {
      int number = i + 1;
      Choice choice = new Choice(number, sheet.choices().get(i), look.type(15));
      choice.addActionListener(event -> chosen.accept(number));
      choices.add(choice);
      width += choice.getPreferredSize().width + gap;
    }
    boolean oneRow = width <= INNER;
    // What a row leaves over makes each of its choices wider; one choice alone stays small.
    int more = choices.size() > 1 ? (INNER - width) / choices.size() : 0;
    int x = Look.MARGIN;
    for (int i = 0; i < choices.size(); i++) {
      Choice choice = choices.get(i);
      place(choice, x);
      if (oneRow) {
        choice.setSize(choice.getWidth() + more, choice.getHeight());
        x += choice.getWidth() + gap;
      } else {
        choice.setSize(INNER, choice.getHeight());
        down(i + 1 < choices.size() ? choice.getHeight() + gap : 0);
      }
    }
    down(choices.get(choices.size() - 1).getHeight());
  }

  private void placeCodes(Sheet sheet) {
    down(16);
    place(Bars.rule(INNER));
    down(10);
    place(new Text(sheet.hint(), look.type(13), Look.FAINT, INNER));
    down(6);
    int count = Math.min(sheet.codes().size(), sheet.choices().size());
    int each = INNER / Math.max(1, count);
    int height = 0;
    for (int i = 0; i < count; i++) {
      Bars bars =
          new Bars(sheet.codes().get(i), (i + 1) + " " + sheet.choices().get(i), look.type(13));
      int room = each - bars.getPreferredSize().width;
      place(bars, Look.MARGIN + i * each + Math.max(0, room / 2));
      height = bars.getHeight();
    }
    down(height);
  }

  List<Choice> choices() {
    return List.copyOf(choices);
  }

  @Override
  protected void paintComponent(Graphics graphics) {
    super.paintComponent(graphics);
    Graphics2D on = Text.smooth(graphics);
    on.setColor(Look.FRAME);
    on.drawRect(0, 0, getWidth() - 1, getHeight() - 1);
    on.setColor(accent);
    on.fillRect(0, 0, getWidth(), 4);
    shield(on, Look.MARGIN, 18, accent);
    on.setFont(look.strong(14));
    on.setColor(Look.SOFT);
    FontMetrics metrics = on.getFontMetrics();
    int y = 17 + (20 - metrics.getHeight()) / 2 + metrics.getAscent();
    on.drawString(head, Look.MARGIN + 26, y);
    on.setFont(look.type(14));
    on.setColor(Look.FAINT);
    on.drawString(clock, getWidth() - Look.MARGIN - on.getFontMetrics().stringWidth(clock), y);
    on.setColor(Look.LINE);
    on.fillRect(Look.MARGIN, HEAD + 2, INNER, 1);
  }

  /** A waybill with a shield's outline: 16 by 18 pixels. */
  static void shield(Graphics2D on, int x, int y, Color color) {
    Path2D outline = new Path2D.Float();
    outline.moveTo(x + 8, y);
    outline.lineTo(x + 16, y + 3);
    outline.curveTo(x + 16, y + 11, x + 13, y + 15, x + 8, y + 18);
    outline.curveTo(x + 3, y + 15, x, y + 11, x, y + 3);
    outline.closePath();
    on.setColor(color);
    on.fill(outline);
    on.setColor(Look.PAPER);
    on.setStroke(new BasicStroke(1.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    on.drawLine(x + 5, y + 6, x + 11, y + 6);
    on.drawLine(x + 5, y + 10, x + 9, y + 10);
    on.setStroke(new BasicStroke(1f));
  }
}

package io.waybillguard.agent.notify.window;

import io.waybillguard.agent.event.NoticeAnswered.How;
import io.waybillguard.agent.event.NoticeShown.Way;
import io.waybillguard.agent.notify.Said;
import io.waybillguard.agent.notify.Sheet;
import java.awt.Dimension;
import java.awt.EventQueue;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.GraphicsConfiguration;
import java.awt.GraphicsDevice;
import java.awt.GraphicsEnvironment;
import java.awt.HeadlessException;
import java.awt.Insets;
import java.awt.KeyboardFocusManager;
import java.awt.Rectangle;
import java.awt.Toolkit;
import java.awt.Window;
import java.awt.event.KeyEvent;
import java.awt.event.MouseAdapter;
import java.awt.event.MouseEvent;
import java.util.Optional;
import java.util.function.Consumer;
import javax.swing.JFrame;
import javax.swing.JPanel;
import javax.swing.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The window at the top right of the screen. It comes without the focus, stays above, and takes the
 * focus only when it is told that nobody types, or is clicked on. All but {@link #tell} run on the
 * event thread.
 */
public final class NoticeWindow {
  private final Consumer<Said> say;
  private final KeyChoice keys = new KeyChoice();
  private @Nullable JFrame frame;
  private @Nullable Card card;
  private @Nullable Sheet sheet;
  private boolean mouse;

  /**
   * @param say told what happens, on the event thread
   * @throws HeadlessException if there is no display, or the runtime has no graphic part; an
   *     AWTError or a LinkageError says the same
   */
  public NoticeWindow(Consumer<Said> say) {
    this.say = say;
    GraphicsDevice unused =
        GraphicsEnvironment.getLocalGraphicsEnvironment().getDefaultScreenDevice();
    KeyboardFocusManager.getCurrentKeyboardFocusManager().addKeyEventDispatcher(this::key);
  }

  /** Shows this instead of what was there. Safe from any thread. */
  public void tell(Sheet next) {
    EventQueue.invokeLater(() -> show(next));
  }

  /** Takes the focus: nobody types. Safe from any thread. */
  public void takeFocus() {
    EventQueue.invokeLater(
        () -> {
          JFrame shown = frame;
          if (shown != null && sheet != null && sheet.mode() != Sheet.Mode.FOLDED) {
            shown.toFront();
            shown.requestFocus();
          }
        });
  }

  private void show(Sheet next) {
    Optional<Look> look = Look.with(next.head() + next.title() + next.advice());
    if (look.isEmpty()) {
      say.accept(
          new Said.Cannot(
              "no font here has the characters of the notice; install fonts-noto-cjk or"
                  + " fonts-wqy-microhei"));
      return;
    }
    boolean folds = sheet != null && (sheet.mode() == Sheet.Mode.FOLDED) != foldsTo(next);
    sheet = next;
    JPanel content = foldsTo(next) ? strip(next, look.get()) : card(next, look.get());
    JFrame shown = frame;
    if (shown == null || folds) {
      // A window of another kind: one that folds must not keep the focus that it had.
      JFrame gone = shown;
      shown = window(next);
      frame = shown;
      if (gone != null) {
        gone.dispose();
      }
    }
    boolean hadFocus = shown.isFocused();
    shown.setTitle(next.head() + " · " + next.title());
    shown.getAccessibleContext().setAccessibleName(next.title());
    shown.getAccessibleContext().setAccessibleDescription(next.advice());
    shown.setContentPane(content);
    shown.pack();
    shown.setBounds(corner(shown, content.getPreferredSize()));
    shown.setVisible(true);
    shown.toFront();
    if (hadFocus) {
      shown.requestFocus();
    }
    shown.repaint();
    Toolkit.getDefaultToolkit().sync();
    say.accept(new Said.Shown(foldsTo(next) ? Way.FOLDED : Way.WINDOW));
  }

  private static boolean foldsTo(Sheet next) {
    return next.mode() == Sheet.Mode.FOLDED;
  }

  private JFrame window(Sheet next) {
    JFrame made = new JFrame();
    made.setUndecorated(true);
    made.setType(Window.Type.UTILITY);
    made.setAlwaysOnTop(true);
    made.setAutoRequestFocus(false);
    made.setFocusableWindowState(!foldsTo(next));
    made.setDefaultCloseOperation(JFrame.DO_NOTHING_ON_CLOSE);
    made.setResizable(false);
    return made;
  }

  private static Rectangle corner(JFrame window, Dimension size) {
    GraphicsConfiguration screen = window.getGraphicsConfiguration();
    Rectangle all = screen.getBounds();
    Insets taken = Toolkit.getDefaultToolkit().getScreenInsets(screen);
    return new Rectangle(
        all.x + all.width - taken.right - Look.EDGE - size.width,
        all.y + taken.top + Look.EDGE,
        size.width,
        size.height);
  }

  private Card card(Sheet next, Look look) {
    Card made = new Card(next, look, number -> chosen(number, mouse ? How.MOUSE : How.KEYBOARD));
    MouseAdapter clicks =
        new MouseAdapter() {
          @Override
          public void mousePressed(MouseEvent event) {
            mouse = true;
          }
        };
    made.choices().forEach(choice -> choice.addMouseListener(clicks));
    card = made;
    return made;
  }

  private JPanel strip(Sheet next, Look look) {
    JPanel strip =
        new JPanel() {
          private static final long serialVersionUID = 1L;

          @Override
          public Dimension getPreferredSize() {
            return new Dimension(
                48 + getFontMetrics(look.type(14)).stringWidth(next.title()) + 16, 40);
          }

          @Override
          protected void paintComponent(Graphics graphics) {
            Graphics2D on = Text.smooth(graphics);
            on.setColor(Look.PAPER);
            on.fillRect(0, 0, getWidth(), getHeight());
            on.setColor(Look.FRAME);
            on.drawRect(0, 0, getWidth() - 1, getHeight() - 1);
            on.setColor(Look.CALM);
            on.fillRect(0, 0, 4, getHeight());
            Card.shield(on, 18, 11, Look.CALM);
            on.setFont(look.type(14));
            on.setColor(Look.INK);
            FontMetrics metrics = on.getFontMetrics();
            on.drawString(
                next.title(), 44, (getHeight() - metrics.getHeight()) / 2 + metrics.getAscent());
          }
        };
    strip.getAccessibleContext().setAccessibleName(next.title());
    strip.addMouseListener(
        new MouseAdapter() {
          @Override
          public void mousePressed(MouseEvent event) {
            say.accept(new Said.Unfolded());
          }
        });
    card = null;
    return strip;
  }

  private void chosen(int number, How how) {
    mouse = false;
    say.accept(new Said.Chosen(number, how));
  }

  /** Every key that comes to this window. */
  private boolean key(KeyEvent event) {
    Card shown = card;
    if (event.getID() != KeyEvent.KEY_PRESSED || shown == null) {
      return false;
    }
    mouse = false;
    int number = number(event, shown.choices().size());
    shown.choices().forEach(choice -> choice.markChosen(false));
    if (keys.typed(number, event.getWhen())) {
      shown.choices().get(number - 1).markChosen(true);
      Timer alone = new Timer((int) KeyChoice.ALONE, done -> settle(shown, event.getWhen()));
      alone.setRepeats(false);
      alone.start();
    }
    // A digit or Enter of a scanned waybill must not work a button.
    return number != 0
        || event.getKeyCode() == KeyEvent.VK_ENTER
        || Character.isLetterOrDigit(event.getKeyChar());
  }

  private void settle(Card shown, long pressed) {
    shown.choices().forEach(choice -> choice.markChosen(false));
    int number = keys.settled(pressed + KeyChoice.ALONE);
    if (number != 0 && shown == card) {
      chosen(number, How.KEYBOARD);
    }
  }

  private static int number(KeyEvent event, int most) {
    int code = event.getKeyCode();
    int number =
        code >= KeyEvent.VK_NUMPAD1 && code <= KeyEvent.VK_NUMPAD3
            ? code - KeyEvent.VK_NUMPAD0
            : code >= KeyEvent.VK_1 && code <= KeyEvent.VK_3 ? code - KeyEvent.VK_0 : 0;
    return number <= most ? number : 0;
  }
}

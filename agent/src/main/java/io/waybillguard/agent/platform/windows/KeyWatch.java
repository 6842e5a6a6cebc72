package io.waybillguard.agent.platform.windows;

import com.sun.jna.Pointer;
import com.sun.jna.platform.win32.Kernel32;
import com.sun.jna.platform.win32.WinBase;
import com.sun.jna.platform.win32.WinNT.HANDLE;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registry keys in which something changes (RegNotifyChangeKeyValue). A notice ends with the thread
 * that asked for it, so each key is asked for by a thread of ours that lives until {@link #close},
 * and no thread can wait for more than 63 keys (MAXIMUM_WAIT_OBJECTS, less one to call it).
 *
 * <p>A notice is for once: it is asked for again before anybody is told, so that whoever looks then
 * misses nothing.
 */
final class KeyWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeyWatch.class);
  private static final int MOST = 63;
  private static final String BELOW = "\\**";

  /** Opening some dozen keys takes milliseconds. */
  private static final long PATIENCE_SECONDS = 20;

  private final Runnable told;
  private final Set<String> changed = new LinkedHashSet<>();
  private final List<Watcher> watchers = new ArrayList<>();

  /**
   * @param told called by a thread of ours after something changed; must not wait
   */
  KeyWatch(Runnable told) {
    this.told = told;
  }

  /** Watches these and no others; gives those that are not watched. */
  List<String> watch(Collection<String> keys) throws IOException {
    Set<String> left = new LinkedHashSet<>(keys);
    List<Set<String>> shares = new ArrayList<>();
    for (Watcher watcher : watchers) {
      Set<String> kept = new LinkedHashSet<>(watcher.wanted);
      kept.retainAll(left);
      left.removeAll(kept);
      shares.add(kept);
    }
    for (String key : left) {
      share(shares).add(key);
    }
    List<String> refused = new ArrayList<>();
    for (int i = 0; i < shares.size(); i++) {
      if (i == watchers.size()) {
        watchers.add(new Watcher(i));
      }
      refused.addAll(watchers.get(i).ask(shares.get(i)));
    }
    return refused;
  }

  private static Set<String> share(List<Set<String>> shares) {
    for (Set<String> one : shares) {
      if (one.size() < MOST) {
        return one;
      }
    }
    Set<String> fresh = new LinkedHashSet<>();
    shares.add(fresh);
    return fresh;
  }

  /** Those that changed since this was asked last. */
  List<String> take() {
    synchronized (changed) {
      List<String> all = List.copyOf(changed);
      changed.clear();
      return all;
    }
  }

  private void tell(String key) {
    synchronized (changed) {
      changed.add(key);
    }
    told.run();
  }

  @Override
  public void close() {
    watchers.forEach(Watcher::end);
    watchers.clear();
    synchronized (changed) {
      changed.clear();
    }
  }

  /** One thread and its keys. */
  private final class Watcher implements Runnable {
    private final HANDLE bell;
    private final AtomicReference<@Nullable Order> orders = new AtomicReference<>();
    private final Map<String, Armed> armed = new LinkedHashMap<>();
    private Set<String> wanted = Set.of();
    private volatile boolean ended;

    private record Order(Set<String> keys, CompletableFuture<List<String>> refused) {}

    private record Armed(Pointer key, HANDLE event) {}

    Watcher(int number) throws IOException {
      bell = event();
      Thread thread = new Thread(this, "registry-" + number);
      thread.setDaemon(true);
      thread.start();
    }

    /** From the thread of whoever uses this. */
    List<String> ask(Set<String> keys) throws IOException {
      Order order = new Order(Set.copyOf(keys), new CompletableFuture<>());
      orders.set(order);
      Kernel32.INSTANCE.SetEvent(bell);
      try {
        List<String> refused = order.refused().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        wanted = new HashSet<>(keys);
        return refused;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while registry keys were being watched", e);
      } catch (ExecutionException | TimeoutException e) {
        throw new IOException("registry keys cannot be watched: " + e, e);
      }
    }

    void end() {
      ended = true;
      Kernel32.INSTANCE.SetEvent(bell);
    }

    @Override
    public void run() {
      try {
        while (!ended) {
          List<String> names = List.copyOf(armed.keySet());
          HANDLE[] handles = new HANDLE[names.size() + 1];
          handles[0] = bell;
          for (int i = 0; i < names.size(); i++) {
            handles[i + 1] = armed(names.get(i)).event();
          }
          int which =
              Kernel32.INSTANCE.WaitForMultipleObjects(
                  handles.length, handles, false, WinBase.INFINITE);
          if (which == 0) {
            Order order = orders.getAndSet(null);
            if (order != null) {
              order.refused().complete(rearm(order.keys()));
            }
          } else if (which > 0 && which < handles.length) {
            fired(names.get(which - 1));
          } else {
            LOG.warn("waiting for {} registry keys failed: {}", names.size(), which);
            names.forEach(this::disarm);
            names.forEach(KeyWatch.this::tell);
          }
        }
      } finally {
        List.copyOf(armed.keySet()).forEach(this::disarm);
        Kernel32.INSTANCE.CloseHandle(bell);
      }
    }

    private Armed armed(String name) {
      Armed one = armed.get(name);
      if (one == null) {
        throw new IllegalStateException(name + " is not watched");
      }
      return one;
    }

    private List<String> rearm(Set<String> keys) {
      for (String name : List.copyOf(armed.keySet())) {
        if (!keys.contains(name)) {
          disarm(name);
        }
      }
      List<String> refused = new ArrayList<>();
      for (String name : keys) {
        if (!armed.containsKey(name) && !arm(name)) {
          refused.add(name);
        }
      }
      return refused;
    }

    private boolean arm(String name) {
      boolean below = name.endsWith(BELOW);
      try {
        Armed one =
            new Armed(
                RegistryKeys.open(below ? name.substring(0, name.length() - BELOW.length()) : name),
                event());
        armed.put(name, one);
        int error = ask(one, below);
        if (error == RegistryKeys.ERROR_SUCCESS) {
          return true;
        }
        LOG.debug("registry key={} cannot be watched: error {}", name, error);
        disarm(name);
      } catch (IOException e) {
        LOG.debug("registry key={} cannot be watched: {}", name, e.toString());
      }
      return false;
    }

    private static int ask(Armed one, boolean below) {
      return RegistryKeys.ADVAPI.RegNotifyChangeKeyValue(
          one.key(),
          below,
          RegistryKeys.REG_NOTIFY_CHANGE_NAME | RegistryKeys.REG_NOTIFY_CHANGE_LAST_SET,
          one.event().getPointer(),
          true);
    }

    private void fired(String name) {
      if (ask(armed(name), name.endsWith(BELOW)) != RegistryKeys.ERROR_SUCCESS) {
        disarm(name); // it is gone; who looks asks for it again, or for what is above it
      }
      tell(name);
    }

    private void disarm(String name) {
      Armed one = armed.remove(name);
      if (one != null) {
        RegistryKeys.close(one.key());
        Kernel32.INSTANCE.CloseHandle(one.event());
      }
    }
  }

  /** An event that is over once a wait has seen it. */
  private static HANDLE event() throws IOException {
    HANDLE event = Kernel32.INSTANCE.CreateEvent(null, false, false, null);
    if (event == null) {
      throw new IOException(
          "the system gives no event to wait for: error " + Kernel32.INSTANCE.GetLastError());
    }
    return event;
  }
}

package io.waybillguard.agent.platform.windows;

import com.sun.jna.Native;
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

  private final RegistryKeys registry;
  private final Kernel32 kernel;
  private final Runnable told;
  private final Set<String> changed = new LinkedHashSet<>();
  private final List<Watcher> watchers = new ArrayList<>();

  /**
   * @param told called by a thread of ours after something changed; must not wait
   */
  KeyWatch(Libraries libraries, Runnable told) {
    this.registry = new RegistryKeys(libraries);
    this.kernel = libraries.load("kernel32", Kernel32.class);
    this.told = told;
  }

  /** Watches these and no others; gives those that are not watched. */
  List<String> watch(Collection<String> keys) throws IOException {
    watchers.removeIf(watcher -> watcher.ended); // what failed said so, and its keys are asked anew
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
      if (ended) {
        throw new IOException("registry keys are not watched: the thread for it has ended");
      }
      if (!kernel.SetEvent(bell)) {
        throw Win32.failure("SetEvent", "the thread that watches registry keys cannot be called");
      }
      try {
        List<String> refused = order.refused().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        wanted = new HashSet<>(keys);
        return refused;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while registry keys were being watched", e);
      } catch (ExecutionException | TimeoutException e) {
        Throwable why = e.getCause() == null ? e : e.getCause();
        throw new IOException("registry keys cannot be watched: " + why, e);
      }
    }

    void end() {
      ended = true;
      if (!kernel.SetEvent(bell)) {
        int error = Native.getLastError();
        LOG.warn("the watch of registry keys does not end: {}", Win32.word("SetEvent", error));
      }
    }

    /** Whatever fails ends the thread, is told to whoever waits, and has the keys looked at. */
    @Override
    public void run() {
      List<String> watched = List.of();
      try {
        serve();
      } catch (IOException | RuntimeException | LinkageError e) {
        LOG.warn("registry keys are watched no more: {}", e.toString());
        watched = List.copyOf(armed.keySet());
        refuse(e);
      } finally {
        ended = true;
        List.copyOf(armed.keySet()).forEach(this::disarm);
        kernel.CloseHandle(bell);
        watched.forEach(KeyWatch.this::tell);
        refuse(new IOException("the watch has ended"));
      }
    }

    private void refuse(Throwable why) {
      Order order = orders.getAndSet(null);
      if (order != null) {
        order.refused().completeExceptionally(why);
      }
    }

    private void serve() throws IOException {
      while (!ended) {
        List<String> names = List.copyOf(armed.keySet());
        HANDLE[] handles = new HANDLE[names.size() + 1];
        handles[0] = bell;
        for (int i = 0; i < names.size(); i++) {
          handles[i + 1] = armed(names.get(i)).event();
        }
        int which = kernel.WaitForMultipleObjects(handles.length, handles, false, WinBase.INFINITE);
        if (which == 0) {
          Order order = orders.get();
          if (order != null) {
            List<String> refused = rearm(order.keys());
            orders.set(null);
            order.refused().complete(refused);
          }
        } else if (which > 0 && which < handles.length) {
          fired(names.get(which - 1));
        } else {
          throw Win32.failure(
              "WaitForMultipleObjects", "waiting for " + names.size() + " registry keys failed");
        }
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
        HANDLE event = event();
        boolean isArmed = false;
        Armed one;
        try {
          one =
              new Armed(
                  registry.open(below ? name.substring(0, name.length() - BELOW.length()) : name),
                  event);
          isArmed = true;
        } finally {
          if (!isArmed) {
            kernel.CloseHandle(event);
          }
        }
        armed.put(name, one);
        int error = ask(one, below);
        if (error == RegistryKeys.ERROR_SUCCESS) {
          return true;
        }
        LOG.debug(
            "registry key={} cannot be watched: {}",
            name,
            Win32.word("RegNotifyChangeKeyValue", error));
        disarm(name);
      } catch (IOException e) {
        LOG.debug("registry key={} cannot be watched: {}", name, e.toString());
      }
      return false;
    }

    private int ask(Armed one, boolean below) {
      return registry
          .functions()
          .RegNotifyChangeKeyValue(
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
        registry.close(one.key());
        kernel.CloseHandle(one.event());
      }
    }
  }

  /** An event that is over once a wait has seen it. */
  private HANDLE event() throws IOException {
    HANDLE event = kernel.CreateEvent(null, false, false, null);
    if (event == null) {
      throw Win32.failure("CreateEvent", "the system gives no event to wait for");
    }
    return event;
  }
}

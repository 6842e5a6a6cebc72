package io.waybillguard.agent.event;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object in the order of their keys (by UTF-16 code units), side by side: an
 * event has a dozen, and a tree of them costs an object for each. What comes in order is added at
 * the end; what does not moves those behind it, so only {@value #FEW} may come in any order. Never
 * removes. Not safe for use by two threads while it is filled.
 */
final class Members extends AbstractMap<String, Object> {
  private static final int FEW = 64;

  private String[] keys = new String[8];
  private Object[] values = new Object[8];
  private int size;

  /** Whether this key is put in without moving many others. */
  boolean takes(String key) {
    return size < FEW || isBehindAll(key);
  }

  private boolean isBehindAll(String key) {
    return size == 0 || keys[size - 1].compareTo(key) < 0;
  }

  @Override
  public @Nullable Object put(String key, Object value) {
    int at = isBehindAll(key) ? -size - 1 : place(key);
    if (at >= 0) {
      Object before = values[at];
      values[at] = value;
      return before;
    }
    insert(-at - 1, key, value);
    return null;
  }

  private void insert(int at, String key, Object value) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      values = Arrays.copyOf(values, 2 * size);
    }
    System.arraycopy(keys, at, keys, at + 1, size - at);
    System.arraycopy(values, at, values, at + 1, size - at);
    keys[at] = key;
    values[at] = value;
    size++;
  }

  private int place(Object key) {
    return key instanceof String text ? Arrays.binarySearch(keys, 0, size, text) : -1;
  }

  @Override
  public @Nullable Object get(@Nullable Object key) {
    int at = key == null ? -1 : place(key);
    return at < 0 ? null : values[at];
  }

  @Override
  public boolean containsKey(@Nullable Object key) {
    return key != null && place(key) >= 0;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void forEach(BiConsumer<? super String, ? super Object> each) {
    for (int i = 0; i < size; i++) {
      each.accept(keys[i], values[i]);
    }
  }

  @Override
  public Set<Map.Entry<String, Object>> entrySet() {
    return new AbstractSet<>() {
      @Override
      public int size() {
        return size;
      }

      @Override
      public Iterator<Map.Entry<String, Object>> iterator() {
        return new Iterator<>() {
          private int next;

          @Override
          public boolean hasNext() {
            return next < size;
          }

          @Override
          public Map.Entry<String, Object> next() {
            if (next == size) {
              throw new NoSuchElementException();
            }
            return Map.entry(keys[next], values[next++]);
          }
        };
      }
    };
  }
}

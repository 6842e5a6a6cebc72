package io.waybillguard.hq.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every place of segments promises. */
abstract class SegmentStoreContract {
  private static final String LOG = "0123456789abcdef";

  private final Random random = new Random(8);

  /** A place with nothing in it; the same at each call of one test. */
  abstract SegmentStore store() throws Exception;

  /** The same place as another process sees it. */
  abstract SegmentStore again() throws Exception;

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @Test
  void whatIsWrittenIsReadBackByteForByteByAnotherProcess() throws Exception {
    byte[] content = bytes(300_000);
    store().check();
    String name = store().write(LOG, 7, 19, content);
    assertTrue(
        name.matches(LOG + "/000000000007-000000000018-[0-9a-f]{16}\\.seg"), () -> "is " + name);
    assertArrayEquals(content, again().read(name));
  }

  @Test
  void piecesComeInTheOrderAskedForAlsoTheFirstAndTheLastByte() throws Exception {
    byte[] content = bytes(5_000);
    String name = store().write(LOG, 0, 1, content);
    List<byte[]> read =
        store()
            .read(
                name,
                List.of(
                    new RecordRow.Piece(4_999, 1),
                    new RecordRow.Piece(0, 1),
                    new RecordRow.Piece(1_000, 2_000)));
    assertEquals(content[4_999], read.get(0)[0]);
    assertEquals(content[0], read.get(1)[0]);
    assertArrayEquals(java.util.Arrays.copyOfRange(content, 1_000, 3_000), read.get(2));
  }

  @Test
  void theSameSegmentSentAgainIsOneSegment() throws Exception {
    byte[] content = bytes(100);
    String name = store().write(LOG, 0, 1, content);
    assertEquals(name, again().write(LOG, 0, 1, content));
    assertArrayEquals(content, store().read(name));
  }

  @Test
  void twoThatRaceForOnePlaceBothStay() throws Exception {
    byte[] one = bytes(100);
    byte[] other = bytes(100);
    String first = store().write(LOG, 0, 1, one);
    String second = store().write(LOG, 0, 1, other);
    assertNotEquals(first, second);
    assertArrayEquals(one, store().read(first));
    assertArrayEquals(other, store().read(second));
  }

  @Test
  void oneThatIsNotThereIsSaidByItsName() throws Exception {
    String name = LOG + "/000000000000-000000000000-0000000000000000.seg";
    NoSuchFileException whole = assertThrows(NoSuchFileException.class, () -> store().read(name));
    assertTrue(String.valueOf(whole.getFile()).endsWith(name));
    assertThrows(
        NoSuchFileException.class, () -> store().read(name, List.of(new RecordRow.Piece(0, 1))));
  }

  @Test
  void whatIsDestroyedIsGoneAndDestroyingItTwiceDoesNoHarm() throws Exception {
    String name = store().write(LOG, 0, 1, bytes(100));
    String stays = store().write(LOG, 1, 2, bytes(100));
    assertTrue(store().destroy(name));
    assertThrows(NoSuchFileException.class, () -> again().read(name));
    assertTrue(store().destroy(name));
    assertEquals(100, store().read(stays).length);
  }

  @Test
  void neitherFolderNorThisEngineLocksWhatItHolds() throws Exception {
    assertEquals(Retention.NONE, store().retention());
    assertFalse(store().place().isEmpty());
  }
}

package io.waybillguard.agent.sense.persistence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;

/**
 * A file as the system describes it without reading it. The time of its last change of any kind
 * cannot be set back by whoever changed it.
 *
 * @param mode type and permissions, as in inode(7); only the type where there are no such
 *     permissions
 * @param uid the owner's number, or {@link #NOBODY}
 */
record FileStamp(Object inode, Object device, long size, FileTime changed, int mode, int uid) {
  /** Where accounts have no numbers. */
  static final int NOBODY = -1;

  private static final String ASKED = "unix:ino,dev,size,ctime,mode,uid";
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int FOLDER = 0040000;
  private static final int LINK = 0120000;
  private static final int OTHERS_WRITE = 0002;

  /**
   * @throws IOException if it is not there or may not be asked
   */
  static FileStamp of(Path file, LinkOption... options) throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return plain(Files.readAttributes(file, BasicFileAttributes.class, options));
    }
    Map<String, Object> told = Files.readAttributes(file, ASKED, options);
    return new FileStamp(
        told(told, "ino"),
        told(told, "dev"),
        (Long) told(told, "size"),
        (FileTime) told(told, "ctime"),
        (Integer) told(told, "mode"),
        (Integer) told(told, "uid"));
  }

  /** Where there is no change time: when it was made and written, which anybody can set. */
  private static FileStamp plain(BasicFileAttributes file) {
    int type =
        file.isSymbolicLink()
            ? LINK
            : file.isDirectory() ? FOLDER : file.isRegularFile() ? REGULAR : 0;
    return new FileStamp(
        file.creationTime(), "", file.size(), file.lastModifiedTime(), type, NOBODY);
  }

  private static Object told(Map<String, Object> all, String what) throws IOException {
    Object value = all.get(what);
    if (value == null) {
      throw new IOException("the system does not tell the " + what + " of a file");
    }
    return value;
  }

  boolean isRegular() {
    return (mode & TYPE) == REGULAR;
  }

  boolean isFolder() {
    return (mode & TYPE) == FOLDER;
  }

  boolean isLink() {
    return (mode & TYPE) == LINK;
  }

  /** Whether anybody may write to it. */
  boolean isOpenToAll() {
    return (mode & OTHERS_WRITE) != 0;
  }
}

package io.waybillguard.agent.platform;

/**
 * An input device that the system made of a HID interface.
 *
 * @param name as the system calls it, such as {@code QEMU QEMU USB Keyboard}
 * @param types whether it can send letters: a keyboard, or a scanner that acts as one
 * @param points whether it moves a pointer
 */
public record UsbInput(String name, boolean types, boolean points) {}

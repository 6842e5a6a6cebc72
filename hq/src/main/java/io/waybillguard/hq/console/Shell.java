package io.waybillguard.hq.console;

/**
 * What is around every page.
 *
 * @param reader who reads it
 * @param title of the page
 * @param user who is signed on, or ""
 * @param shown what people call them
 * @param csrf what forms carry
 * @param path of the page, for the language switch
 * @param investigator whether they may take evidence out
 * @param admin whether they may see what people at HQ did
 */
public record Shell(
    Reader reader,
    String title,
    String user,
    String shown,
    String csrf,
    String path,
    boolean investigator,
    boolean admin) {}

/**
 * Windows behind the ports. Calls go through jna-platform where it has the function and its
 * structure (it is in the jar for OSHI anyway); what it lacks is declared here, one interface a
 * DLL. Interfaces and not direct mapping, so that an export which one version of Windows lacks
 * takes no other with it. Only x64: structure sizes and offsets are those of 64-bit Windows, and
 * tests compare them with ones printed from the mingw-w64 headers.
 */
@NullMarked
package io.waybillguard.agent.platform.windows;

import org.jspecify.annotations.NullMarked;

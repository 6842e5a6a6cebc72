package io.waybillguard.agent.event;

/** What a sensor saw. A new sensor adds one record here. */
public sealed interface Observation extends Event
    permits BytesSent,
        ImagesHandled,
        PresenceChanged,
        ProgramAppeared,
        ProgramStarted,
        ProgramsAppeared,
        RemoteLoginsRefused,
        RemoteSessionEnded,
        RemoteSessionStarted,
        SensorBack,
        SensorBlind,
        SensorLive,
        UsbAttached,
        UsbDetached,
        VolumeMounted,
        VolumeUnmounted {}

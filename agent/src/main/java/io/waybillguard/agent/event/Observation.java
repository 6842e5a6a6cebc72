package io.waybillguard.agent.event;

/** What a sensor saw. A new sensor adds one record here. */
public sealed interface Observation extends Event
    permits AutostartBaseline,
        AutostartBurst,
        AutostartChanged,
        BytesSent,
        ImagesHandled,
        OperatorSignedOff,
        OperatorSignedOn,
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
        SweepFinished,
        SweepStarted,
        UsbAttached,
        UsbDetached,
        VisitorExpected,
        VolumeMounted,
        VolumeUnmounted {}

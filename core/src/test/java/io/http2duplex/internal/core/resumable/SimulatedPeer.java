package io.http2duplex.internal.core.resumable;

/** The client's end in a simulation. */
interface SimulatedPeer extends SimulatedApplication.Duplex {
    /** The {@link #number} of a client that has not failed. */
    int DONE_CLEANLY = 0;

    /** Sends the opening GET. */
    void open();

    /** {@return whether the opening GET was answered} */
    boolean isOpened();

    /** Opens another download, although there may be one. */
    void attach();

    /** Whatever happens to a client that sleeps happens when it wakes. */
    void run(Runnable event);

    void sleep(long nanos);

    /** Time has passed in which little was carried. */
    void shrink();

    boolean isOver();

    boolean isDoneCleanly();

    /** {@return why it failed} */
    int number();

    /** {@return whether it failed of its own, rather than by the server} */
    boolean hasFailedOfItsOwn();

    /** {@return whether no request of it is under way any more} */
    boolean isIdle();

    SimulatedApplication application();
}

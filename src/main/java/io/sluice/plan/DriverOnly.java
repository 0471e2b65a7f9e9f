package io.sluice.plan;

/** Marks what a program has on its driver: functions that run on workers cannot capture it. */
public interface DriverOnly {}

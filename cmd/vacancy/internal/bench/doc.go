// Package bench measures Vacancy on the machine it runs on: `vacancy bench`.
//
// What is measured is real: the wired program of internal/app on a temporary data
// directory, every commit synced, and the server as a process of its own where HTTP,
// memory or a kill are concerned. Targets that are ratios are ratios of figures
// measured in the same run, so that they mean the same on another machine.
package bench

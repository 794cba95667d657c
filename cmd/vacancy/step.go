package main

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/vacancy/vacancy/internal/app/rehearsal"
	"github.com/vacancy/vacancy/internal/workflow"
)

func newStep(p *program) *cobra.Command {
	return group(&cobra.Command{
		Use:     "step",
		Short:   "Run one step of a workflow by itself",
		Long:    `Run one step of a workflow by itself: the very function that the Lambda runs.`,
		Example: `  vacancy step invoke ReservationRequestPayment -e events/ReservationRequestPayment.json`,
	}, newStepInvoke(p))
}

func newStepInvoke(p *program) *cobra.Command {
	var event, pay string
	command := &cobra.Command{
		Use:   "invoke STEP",
		Short: "Call a step with an event",
		Long: `Call a step with an event and print its answer, as the Lambda of that name would
answer. It runs on a store in memory in which the tenant 'tenant' holds the apartment
apt_1 by the reservation res_1 of epoch 1 and, with --pay, has paid. A failure is
printed as the Lambda runtime prints it, {"errorMessage":…,"errorType":…}, and exits 1.`,
		Example: `  vacancy step invoke ReservationRequestPayment -e events/ReservationRequestPayment.json
  vacancy step invoke ReservationCapturePayment -e events/ReservationCapturePayment.json --pay pm_ok
  echo '{"reservationId":"res_1","apartmentId":"apt_1","epoch":1}' | vacancy step invoke ReservationReadReservation -e -`,
		Args: oneArgument("a step's name, such as ReservationRequestPayment"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return rehearsal.Steps(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(command *cobra.Command, args []string) error {
			return p.stepInvoke(command.Context(), args[0], event, pay)
		},
	}
	command.Flags().StringVarP(&event, "event", "e", "", `file with the event, a JSON value; "-" is standard input (default {})`)
	command.Flags().StringVar(&pay, "pay", "", "the payment method that the tenant has paid with before (default: nobody paid)")
	_ = command.MarkFlagFilename("event", "json")
	_ = command.RegisterFlagCompletionFunc("pay", cobra.FixedCompletions(paymentMethods, cobra.ShellCompDirectiveNoFileComp))
	return command
}

func (p *program) stepInvoke(ctx context.Context, name, eventPath, pay string) error {
	if err := oneOf("the step", name, rehearsal.Steps()); err != nil {
		return err
	}
	if pay != "" {
		if err := oneOf("--pay", pay, paymentMethods); err != nil {
			return err
		}
	}
	event, err := p.readJSON("--event", eventPath)
	if err != nil {
		return err
	}
	answer, err := rehearsal.Step(ctx, name, event, pay, p.now())
	var failed workflow.Error
	if errors.As(err, &failed) {
		err = p.printJSON(struct {
			Message string `json:"errorMessage"`
			Type    string `json:"errorType"`
		}{failed.Cause, failed.Name})
		return errors.Join(err, alreadyTold{exitFailed})
	}
	if err != nil {
		return err
	}
	p.printf("%s\n", strings.TrimSpace(string(answer)))
	return nil
}

"""One command, one rule. The only place where commands and rules meet."""

from __future__ import annotations

from collections.abc import Mapping

from domain import (
    acceptance,
    appointments,
    cancellation,
    claims,
    commands,
    deliveries,
    holds,
    receipts,
    reports,
    retries,
    visits,
    waiting,
    work,
)
from domain.consequences import conclude
from domain.decisions import Decision, Done, Groups, Rule
from domain.journal import Context

RULES: Mapping[type[commands.Command], Rule] = {
    commands.IntakeOrder: acceptance.intake_order,
    commands.CancelOrder: cancellation.cancel_order,
    commands.ReopenOrder: cancellation.reopen_order,
    commands.AcceptPartial: cancellation.accept_partial,
    commands.DispatchGroup: waiting.dispatch_group,
    commands.Wake: waiting.wake,
    commands.ResolveHold: holds.resolve_hold,
    commands.MergeTasks: visits.merge_tasks,
    commands.SplitTask: visits.split_task,
    commands.RefreshGroup: visits.refresh_group,
    commands.ClaimTask: claims.claim_task,
    commands.ClaimWorkItem: claims.claim_work_item,
    commands.ReleaseWorkItem: claims.release_work_item,
    commands.OfferHandOver: claims.offer_hand_over,
    commands.AcceptHandOver: claims.accept_hand_over,
    commands.BookAppointment: appointments.book_appointment,
    commands.CloseAppointment: appointments.close_appointment,
    commands.StartWork: work.start_work,
    commands.SubmitReceipt: receipts.submit_receipt,
    commands.HoldWorkItem: work.hold_work_item,
    commands.ReturnWorkItem: work.return_work_item,
    commands.ReportSubTask: reports.report_sub_task,
    commands.ResendSubTask: retries.resend_sub_task,
    commands.RetrySubTask: retries.retry_sub_task,
    commands.MarkReceipt: deliveries.mark_receipt,
}


def decide(command: commands.Command, groups: Groups, context: Context) -> Decision:
    """The rule's answer, with everything that follows from it written down."""
    decision: Decision = RULES[type(command)](command, groups, context)
    if isinstance(decision, Done):
        for journal in decision.journals:
            conclude(journal)
    return decision

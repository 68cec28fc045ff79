using Sillage.Notifications.Contracts;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.Notifications.Intake;

/// <summary>Hears what modules want somebody to be notified of.</summary>
internal sealed class HearWanted(NotificationIntake intake) : IEventHandler<NotificationWanted>
{
    public Task Handle(EventContext<NotificationWanted> context, IUnitOfWork unit, CancellationToken ct) =>
        intake.TakeAsync(unit, context.Event, ct);
}

/// <summary>Hears what is settled.</summary>
internal sealed class HearSettled(Settling settling) : IEventHandler<NotificationSettled>
{
    public Task Handle(EventContext<NotificationSettled> context, IUnitOfWork unit, CancellationToken ct) =>
        settling.SettleAsync(unit, context.Event, ct);
}

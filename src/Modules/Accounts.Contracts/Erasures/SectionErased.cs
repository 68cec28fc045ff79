using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.Accounts.Contracts.Erasures;

/// <summary>A section has nothing left of what an erasure is about, not even in its files: its answer to the erasure.</summary>
/// <param name="Erasure">The erasure.</param>
/// <param name="Section">The section that answers.</param>
public sealed record SectionErased(Guid Erasure, string Section) : IEvent
{
    /// <inheritdoc />
    public static string EventName => "accounts.section-erased";

    string IEvent.Key => Erasure.ToString();
}

/// <summary>Writes an answer down beside the erasure, in whichever process hears of it.</summary>
internal sealed class NoteAnswer(ErasureList list) : IEventHandler<SectionErased>
{
    public async Task Handle(EventContext<SectionErased> context, IUnitOfWork unit, CancellationToken ct)
    {
        await list.NoteAnswerAsync(unit, context.Event, ct);
        unit.OnCommitted(list.Wake);
    }
}

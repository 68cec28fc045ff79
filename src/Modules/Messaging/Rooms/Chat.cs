using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Storage;

namespace Sillage.Messaging.Rooms;

/// <summary>What slices work with, the same whether they are asked by REST or live.</summary>
internal sealed class Chat(
    IDatabase<MessagingData> database,
    RoomSignals signals,
    IAccountDirectory accounts,
    IOptions<MessagingOptions> options,
    TimeProvider clock
)
{
    public IDatabase<MessagingData> Database => database;

    public RoomSignals Signals => signals;

    public IAccountDirectory Accounts => accounts;

    public MessagingOptions Options => options.Value;

    public DateTimeOffset Now => clock.GetUtcNow();

    public TimeProvider Clock => clock;
}

using System.Security.Cryptography;
using System.Text;
using Sillage.Accounts.Addresses;
using Sillage.Notifications.Contracts;
using Sillage.Storage;

namespace Sillage.Accounts.Sessions;

/// <summary>From what somebody has logged in before: kept as a hash of what the client calls itself.</summary>
internal static class KnownDevices
{
    private const string Count = "SELECT count(*) FROM known_device WHERE account_id = @AccountId";

    private const string See = """
        UPDATE known_device SET seen_at = @Now WHERE account_id = @AccountId AND hash = @Hash
        """;

    private const string Insert = """
        INSERT INTO known_device (account_id, hash, seen_at) VALUES (@AccountId, @Hash, @Now) ON CONFLICT DO NOTHING
        """;

    /// <summary>Somebody logged in. From a device that is not the first and was not seen before, they are told.</summary>
    public static async Task SeenAsync(
        IUnitOfWork unit,
        Guid account,
        string? userAgent,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var row = new
        {
            AccountId = account,
            Hash = SHA256.HashData(Encoding.UTF8.GetBytes(userAgent ?? "")),
            Now = now,
        };
        if (await unit.ExecuteAsync(See, row, ct) > 0)
        {
            return;
        }

        var others = await unit.ScalarAsync<long>(Count, row, ct);
        await unit.ExecuteAsync(Insert, row, ct);
        if (others > 0)
        {
            await unit.PublishAsync(
                new NotificationWanted(
                    AccountKinds.NewDevice.Name,
                    account,
                    Guid.CreateVersion7(now).ToString(),
                    new Dictionary<string, string> { ["device"] = userAgent ?? "—", ["url"] = "/console/me" }
                ),
                ct
            );
        }
    }
}

using System.Text.Json;
using Sillage.Api.Formats;
using Sillage.Messaging.Rooms;
using Sillage.Storage;

namespace Sillage.Messaging.Moderation;

/// <summary>Writes down who kept order how: for those who keep it in the room, and in the audit trail of the server.</summary>
internal static class ModerationTrail
{
    public const string Kicked = "member.kicked";
    public const string Banned = "member.banned";
    public const string Unbanned = "member.unbanned";
    public const string Muted = "member.muted";
    public const string Unmuted = "member.unmuted";
    public const string RoleGiven = "member.role-given";
    public const string MessageDeleted = "message.deleted";
    public const string ReportResolved = "report.resolved";
    public const string RoomDeleted = "room.deleted";

    private const string Insert = """
        INSERT INTO moderation (id, room_id, at, action, actor_id, account_id, seq, reason)
        VALUES (@Id, @Room, @Now, @Action, @Actor, @Account, @Seq, @Reason)
        """;

    public static async Task WriteAsync(
        IUnitOfWork unit,
        Room room,
        string action,
        Guid actor,
        Guid? account,
        long? seq,
        string? reason,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        await unit.ExecuteAsync(
            Insert,
            new
            {
                Id = Guid.CreateVersion7(now),
                Room = room.Id,
                Now = now,
                Action = action,
                Actor = actor,
                Account = account,
                Seq = seq,
                Reason = reason,
            },
            ct
        );
        var details = JsonSerializer.Serialize(new { room = room.Id, seq }, Json.Options);
        await unit.AuditAsync(new AuditEntry(action, actor, (account ?? room.Id).ToString(), details), ct);
    }
}

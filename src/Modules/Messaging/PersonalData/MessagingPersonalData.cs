using System.Text.Json;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Files;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;
using Sillage.Storage;

namespace Sillage.Messaging.PersonalData;

/// <summary>
/// What rooms know of a person. Both forms of erasure leave tombstones: what somebody wrote may say anything, so no text of theirs stays;
/// that there was a message does, so that the others' history has no holes.
/// </summary>
internal sealed class MessagingPersonalData(IDatabase<MessagingData> database, Chat chat) : IPersonalData
{
    private const int Page = 500;

    private const string Messages = $"""
        SELECT {MessageRow.Columns} FROM message WHERE sender_id = @Account AND (room_id > @Room OR (room_id = @Room AND seq > @Seq))
        ORDER BY room_id, seq LIMIT @Limit
        """;

    private const string Memberships = """
        SELECT room_id AS room, role, state, joined_at, read_seq FROM member WHERE account_id = @Account AND room_id > @After
        ORDER BY room_id LIMIT @Limit
        """;

    private const string Reactions = """
        SELECT room_id AS room, seq, emoji FROM reaction WHERE account_id = @Account ORDER BY room_id, seq, emoji
        """;

    private const string Blocks =
        "SELECT blocked_id AS account, since FROM block WHERE account_id = @Account ORDER BY blocked_id";

    private const string CountAll = """
        SELECT (SELECT COUNT(*) FROM message WHERE sender_id = @Account) AS messages,
          (SELECT COUNT(*) FROM member WHERE account_id = @Account) AS memberships,
          (SELECT COUNT(*) FROM reaction WHERE account_id = @Account) AS reactions,
          (SELECT COUNT(*) FROM file WHERE owner_id = @Account) AS files,
          (SELECT COUNT(*) FROM block WHERE account_id = @Account OR blocked_id = @Account) AS blocks,
          (SELECT COUNT(*) FROM mention WHERE account_id = @Account) AS mentions,
          (SELECT COUNT(*) FROM presence WHERE account_id = @Account) AS presence,
          (SELECT COUNT(*) FROM unread_notice WHERE account_id = @Account) AS notices,
          (SELECT COUNT(*) FROM thread_member WHERE account_id = @Account) AS threads,
          (SELECT COUNT(*) FROM invitation WHERE created_by = @Account) AS invitations,
          (SELECT COUNT(*) FROM report WHERE reporter_id = @Account) AS reports,
          (SELECT COUNT(*) FROM moderation WHERE actor_id = @Account OR account_id = @Account) AS moderation
        """;

    private const string Accounts = """
        SELECT sender_id FROM message WHERE sender_id IS NOT NULL UNION SELECT account_id FROM member UNION SELECT account_id FROM reaction UNION SELECT owner_id FROM file
        UNION SELECT account_id FROM block UNION SELECT blocked_id FROM block UNION SELECT account_id FROM mention UNION SELECT account_id FROM presence UNION SELECT account_id FROM unread_notice
        UNION SELECT account_id FROM thread_member
        UNION SELECT created_by FROM invitation WHERE created_by IS NOT NULL
        UNION SELECT reporter_id FROM report WHERE reporter_id IS NOT NULL
        UNION SELECT actor_id FROM moderation WHERE actor_id IS NOT NULL
        UNION SELECT account_id FROM moderation WHERE account_id IS NOT NULL
        """;

    private sealed record MembershipRow(Guid Room, string Role, string State, DateTimeOffset JoinedAt, long ReadSeq);

    private sealed record ReactionRow(Guid Room, long Seq, string Emoji);

    private const string PresenceOf = "SELECT state, is_hidden, last_seen_at FROM presence WHERE account_id = @Account";

    private const string Notices =
        "SELECT room_id AS room, seq, reason, told_at FROM unread_notice WHERE account_id = @Account ORDER BY room_id";

    private const string Threads =
        "SELECT room_id AS room, seq AS thread, read_seq FROM thread_member WHERE account_id = @Account ORDER BY room_id, seq";

    private sealed record ThreadRow(Guid Room, long Thread, long ReadSeq);

    private sealed record NoticeRow(Guid Room, long Seq, string Reason, DateTimeOffset ToldAt);

    private sealed record PresenceRow(string State, bool IsHidden, DateTimeOffset? LastSeenAt);

    private sealed record BlockRow(Guid Account, DateTimeOffset Since);

    private sealed record Counts(
        long Messages,
        long Memberships,
        long Reactions,
        long Files,
        long Blocks,
        long Mentions,
        long Presence,
        long Notices,
        long Threads,
        long Invitations,
        long Reports,
        long Moderation
    )
    {
        public Dictionary<string, long> ToDictionary() =>
            new()
            {
                ["messages"] = Messages,
                ["memberships"] = Memberships,
                ["reactions"] = Reactions,
                ["files"] = Files,
                ["blocks"] = Blocks,
                ["mentions"] = Mentions,
                ["presence"] = Presence,
                ["notices"] = Notices,
                ["threads"] = Threads,
                ["invitations"] = Invitations,
                ["reports"] = Reports,
                ["moderation"] = Moderation,
            };
    }

    public string Section => "messaging";

    public async Task ExportAsync(Guid accountId, Utf8JsonWriter writer, CancellationToken ct)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("rooms");
        IReadOnlyList<MembershipRow> rooms = [];
        do
        {
            var parameters = new
            {
                Account = accountId,
                After = rooms.Count == 0 ? Guid.Empty : rooms[^1].Room,
                Limit = (long)Page,
            };
            rooms = await database.ReadAsync(r => r.QueryAsync<MembershipRow>(Memberships, parameters, ct), ct);
            await WriteAllAsync(writer, rooms, ct);
        } while (rooms.Count > 0);
        writer.WriteEndArray();
        await ExportMessagesAsync(accountId, writer, ct);
        writer.WriteStartArray("reactions");
        await WriteAllAsync(
            writer,
            await database.ReadAsync(r => r.QueryAsync<ReactionRow>(Reactions, new { Account = accountId }, ct), ct),
            ct
        );
        writer.WriteEndArray();
        writer.WriteStartArray("blocked");
        await WriteAllAsync(
            writer,
            await database.ReadAsync(r => r.QueryAsync<BlockRow>(Blocks, new { Account = accountId }, ct), ct),
            ct
        );
        writer.WriteEndArray();
        writer.WriteStartArray("threads");
        await WriteAllAsync(
            writer,
            await database.ReadAsync(r => r.QueryAsync<ThreadRow>(Threads, new { Account = accountId }, ct), ct),
            ct
        );
        writer.WriteEndArray();
        writer.WriteStartArray("notices");
        await WriteAllAsync(
            writer,
            await database.ReadAsync(r => r.QueryAsync<NoticeRow>(Notices, new { Account = accountId }, ct), ct),
            ct
        );
        writer.WriteEndArray();
        writer.WriteStartArray("presence");
        await WriteAllAsync(
            writer,
            await database.ReadAsync(r => r.QueryAsync<PresenceRow>(PresenceOf, new { Account = accountId }, ct), ct),
            ct
        );
        writer.WriteEndArray();
        await ExportFilesAsync(accountId, writer, ct);
        await PersonalTrail.WriteAsync(database, accountId, writer, ct);
        writer.WriteEndObject();
    }

    public Task<Problem?> CorrectAsync(Guid accountId, JsonElement patch, CancellationToken ct) =>
        Task.FromResult<Problem?>(Problem.BadRequest("Messages are not corrected here. Edit each in its room."));

    public async Task<IReadOnlyDictionary<string, long>> CountAsync(
        Guid accountId,
        ErasureForm form,
        CancellationToken ct
    ) => (await CountAsync(accountId, ct)).ToDictionary();

    public async Task<IReadOnlyCollection<Guid>> ListAccountsAsync(CancellationToken ct) =>
        await database.ReadAsync(r => r.QueryAsync<Guid>(Accounts, null, ct), ct);

    public async Task<bool> IsErasedAsync(Guid accountId, CancellationToken ct) =>
        (await CountAsync(accountId, ct)).ToDictionary().Values.All(count => count == 0);

    public async Task EraseAsync(Guid accountId, ErasureForm form, IUnitOfWork unit, CancellationToken ct)
    {
        var counts = (await unit.FirstOrDefaultAsync<Counts>(CountAll, new { Account = accountId }, ct))!;
        await Erasing.RunAsync(unit, accountId, chat, ct);
        var details = JsonSerializer.Serialize(counts.ToDictionary(), Json.Options);
        await unit.AuditAsync(new AuditEntry("messaging.erased", null, accountId.ToString(), details), ct);
    }

    private async Task ExportMessagesAsync(Guid account, Utf8JsonWriter writer, CancellationToken ct)
    {
        writer.WriteStartArray("messages");
        var (room, seq) = (Guid.Empty, 0L);
        IReadOnlyList<MessageRow> page;
        do
        {
            var parameters = new
            {
                Account = account,
                Room = room,
                Seq = seq,
                Limit = (long)Page,
            };
            page = await database.ReadAsync(r => r.QueryAsync<MessageRow>(Messages, parameters, ct), ct);
            await WriteAllAsync(writer, page, ct);
            (room, seq) = page.Count > 0 ? (page[^1].RoomId, page[^1].Seq) : (room, seq);
        } while (page.Count == Page);
        writer.WriteEndArray();
    }

    private async Task ExportFilesAsync(Guid account, Utf8JsonWriter writer, CancellationToken ct)
    {
        writer.WriteStartArray("files");
        var after = Guid.Empty;
        IReadOnlyList<FileRow> page;
        do
        {
            page = await database.ReadAsync(r => FileStore.ReadOwnedAsync(r, account, after, ct), ct);
            await WriteAllAsync(writer, [.. page.Select(MessageFiles.Place.Describe)], ct);
            after = page.Count > 0 ? page[^1].Id : after;
        } while (page.Count > 0);
        writer.WriteEndArray();
    }

    private static async Task WriteAllAsync<T>(Utf8JsonWriter writer, IReadOnlyList<T> rows, CancellationToken ct)
    {
        foreach (var row in rows)
        {
            JsonSerializer.Serialize(writer, row, Json.Options);
        }

        await writer.FlushAsync(ct);
    }

    private async Task<Counts> CountAsync(Guid account, CancellationToken ct) =>
        (await database.ReadAsync(r => r.FirstOrDefaultAsync<Counts>(CountAll, new { Account = account }, ct), ct))!;
}

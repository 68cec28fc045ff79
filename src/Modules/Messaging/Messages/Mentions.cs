using System.Text.RegularExpressions;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Talk;
using Sillage.Storage;

namespace Sillage.Messaging.Messages;

/// <summary>Whom a text names: <c>@name</c> of accounts, <c>@room</c> of everybody.</summary>
internal sealed partial record Mentions(IReadOnlyList<Guid> Accounts, bool Room)
{
    private const int Most = 20;

    // Only who is in the room is told.
    private const string InsertMention = """
        INSERT INTO mention (account_id, room_id, seq)
        SELECT account_id, room_id, @Seq FROM member
        WHERE room_id = @Room AND state = 'in' AND account_id = @Account AND account_id <> @Sender
          AND account_id NOT IN (SELECT account_id FROM block WHERE blocked_id = @Sender)
        ON CONFLICT (account_id, room_id, seq) DO NOTHING
        """;

    private static readonly Mentions None = new([], false);

    public static async Task<Mentions> FindAsync(string text, Chat chat, CancellationToken ct)
    {
        if (!text.Contains('@', StringComparison.Ordinal))
        {
            return None;
        }

        var names = Names()
            .Matches(text)
            .Select(match => match.Groups["name"].Value.TrimEnd('.', '-', '_', '+'))
            .Distinct(StringComparer.OrdinalIgnoreCase)
            .Take(Most)
            .ToList();
        var accounts = new List<Guid>();
        foreach (var name in names.Where(name => name != "room"))
        {
            if (await chat.Accounts.FindByUsernameAsync(name, ct) is { } account)
            {
                accounts.Add(account.Id);
            }
        }

        return new Mentions(accounts, names.Contains("room"));
    }

    /// <summary>Notes whom a message names.</summary>
    public static async Task WriteAsync(IUnitOfWork unit, MessageRow row, Mentions mentions, CancellationToken ct)
    {
        foreach (var account in mentions.Accounts)
        {
            await unit.ExecuteAsync(
                InsertMention,
                new
                {
                    row.Seq,
                    Room = row.RoomId,
                    Account = account,
                    Sender = row.SenderId,
                },
                ct
            );
        }
    }

    // Not within a word: an address of mail names nobody.
    [GeneratedRegex(
        @"(?<![\w.@+-])@(?<name>[A-Za-z0-9][A-Za-z0-9._+-]{0,63})",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Names();
}

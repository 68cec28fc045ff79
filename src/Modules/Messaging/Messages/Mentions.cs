using System.Text.RegularExpressions;
using Sillage.Messaging.Rooms;

namespace Sillage.Messaging.Messages;

/// <summary>Whom a text names: <c>@name</c> of accounts, <c>@room</c> of everybody.</summary>
internal sealed partial record Mentions(IReadOnlyList<Guid> Accounts, bool Room)
{
    private const int Most = 20;

    private static readonly Mentions None = new([], false);

    public static async Task<Mentions> FindAsync(string text, Chat chat, CancellationToken ct)
    {
        if (!text.Contains('@', StringComparison.Ordinal))
        {
            return None;
        }

        var names = Names()
            .Matches(text)
            .Select(match => match.Groups[1].Value.TrimEnd('.', '-', '_', '+'))
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

    // Not within a word: an address of mail names nobody.
    [GeneratedRegex(@"(?<![\w.@+-])@([A-Za-z0-9][A-Za-z0-9._+-]{0,63})", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Names();
}

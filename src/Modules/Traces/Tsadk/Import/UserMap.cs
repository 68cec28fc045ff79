using System.Globalization;
using Sillage.Api.Tables;
using Sillage.Traces.Import;
using Sillage.Traces.Import.Files;

namespace Sillage.Traces.Tsadk.Import;

/// <summary>How a user goes on.</summary>
/// <param name="Account">The name of his account; empty for no account.</param>
/// <param name="Existing">Whether that account is there already and is his.</param>
internal sealed record MappedUser(string Account, bool Existing);

/// <summary>
/// A CSV file that says under which name a user goes on who cannot keep his: written with the ones in question and the
/// reasons, filled in by hand, given back.
/// </summary>
internal static class UserMap
{
    private const int LongestLine = 64 * 1024;
    private static readonly string[] Columns = ["id", "username", "account", "existing", "reason"];

    public static Task WriteAsync(
        string path,
        IEnumerable<(OldUser User, string Reason)> users,
        CancellationToken ct
    ) =>
        PrivateFile.WriteAsync(
            path,
            CsvText.Row(Columns)
                + string.Concat(
                    users.Select(u => CsvText.Row(Text(u.User.Id), u.User.Name ?? "", null, null, u.Reason))
                ),
            ct
        );

    /// <summary>Reads one that was filled in.</summary>
    /// <exception cref="ImportException">It cannot be read, or a line of it is wrong.</exception>
    public static IReadOnlyDictionary<long, MappedUser> Read(string path)
    {
        var users = new Dictionary<long, MappedUser>();
        try
        {
            using var rows = new CsvReader(File.OpenRead(path), LongestLine, (byte)',')
            {
                Fails = message => new ImportException(message),
            };
            if (!rows.Read())
            {
                throw new ImportException($"{path} is empty; its first line is to be {string.Join(',', Columns)}.");
            }

            var header = Enumerable.Range(0, rows.Count).Select(i => rows.Text(i).Trim('\uFEFF', ' ')).ToList();
            var (id, account, existing) = (header.IndexOf("id"), header.IndexOf("account"), header.IndexOf("existing"));
            if (id < 0 || account < 0)
            {
                throw new ImportException(
                    $"{path} lacks the columns id and account: its first line is to be {string.Join(',', Columns)}."
                );
            }

            while (rows.Read())
            {
                if (
                    rows.Fault is not null
                    || rows.Count <= Math.Max(id, account)
                    || !long.TryParse(rows.Text(id), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                )
                {
                    throw new ImportException(
                        $"{path}, line {rows.Line}: an id and an account are expected, as under {string.Join(',', header)}."
                    );
                }

                var isThere =
                    existing >= 0 && existing < rows.Count && rows.Text(existing).Trim() is "yes" or "true" or "1";
                users[number] = new MappedUser(rows.Text(account).Trim(), isThere);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportException($"{path} cannot be read: {e.Message}", e);
        }

        return users;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

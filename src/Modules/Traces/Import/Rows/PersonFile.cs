using System.Globalization;
using System.Text;
using Sillage.Api.Tables;
using Sillage.Traces.Import.Files;

namespace Sillage.Traces.Import.Rows;

/// <summary>Who is who.</summary>
/// <param name="Key">The name in the files that are imported.</param>
/// <param name="Pseudonym">The participant's pseudonym in the study.</param>
/// <param name="Number">The participant's number; null if nobody has been made yet.</param>
internal sealed record Person(string Key, string Pseudonym, long? Number);

/// <summary>
/// The file that says which name is which participant, one line a person, so that it can be joined to an export as it is. Pseudonyms
/// of those who are just being made stand in a second file until they are: whoever is killed in between finds them there.
/// </summary>
internal sealed class PersonFile(string path) : IAsyncDisposable
{
    private const int LongestLine = 64 * 1024;
    private const string Header = "key,pseudonym,number\r\n";

    private readonly Dictionary<string, Person> _people = new(StringComparer.Ordinal);

    // Files from before names were normalised keep their spelling; they are found by the form in which names are compared.
    private readonly Dictionary<string, Person> _normalised = new(StringComparer.Ordinal);
    private FileStream? _file;

    // Whether the file holds more or less than one whole line a person, as earlier versions and editors leave it.
    private bool _isUntidy;

    private string Announced => path + ".new-people";

    public Person? Find(string key) =>
        _people.TryGetValue(key, out var person) || _normalised.TryGetValue(key, out person) ? person : null;

    /// <summary>Reads what is there.</summary>
    /// <param name="made">The study's participants by pseudonym.</param>
    /// <param name="mayWrite">Whether what a killed run has left open may be settled in the file.</param>
    public async Task LoadAsync(IReadOnlyDictionary<string, long> made, bool mayWrite)
    {
        try
        {
            if (File.Exists(path))
            {
                Read(path, Take);
            }

            if (File.Exists(Announced))
            {
                // Of whom nobody was made after all, the name is announced anew when it comes again.
                Read(Announced, rows => TakeIfMade(rows, made));
                _isUntidy = true;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ImportFile.Unreadable(path, e);
        }

        foreach (var open in _people.Values.Where(p => p.Number is null).ToList())
        {
            _isUntidy = true;
            if (made.TryGetValue(open.Pseudonym, out var number))
            {
                Keep(open with { Number = number });
            }
        }

        if (_isUntidy && mayWrite)
        {
            await RewriteAsync();
            File.Delete(Announced);
        }
    }

    /// <summary>Writes down who is about to be made.</summary>
    public void Announce(IEnumerable<(string Key, string Pseudonym)> people)
    {
        using var file = PrivateFile.Open(Announced, FileMode.Create);
        foreach (var (key, pseudonym) in people)
        {
            file.Write(Encoding.UTF8.GetBytes(CsvText.Row(key, pseudonym, null)));
        }

        file.Flush(flushToDisk: true);
    }

    /// <summary>Writes down who has been made.</summary>
    public async Task AddAsync(IEnumerable<Person> people)
    {
        var added = people.ToList();
        var areKnown = added.Exists(p => _people.ContainsKey(p.Key));
        added.ForEach(Keep);
        if (areKnown)
        {
            await RewriteAsync();
        }
        else
        {
            Append(added);
        }

        File.Delete(Announced);
    }

    public ValueTask DisposeAsync() => _file?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Keep(Person person)
    {
        _people[person.Key] = person;
        var form = PersonKey.Normalise(person.Key, decimalComma: false);
        if (!_normalised.TryGetValue(form, out var first) || first.Key == person.Key)
        {
            _normalised[form] = person;
        }
    }

    private void Append(IReadOnlyCollection<Person> people)
    {
        if (_file is null)
        {
            _file = PrivateFile.Open(path, FileMode.OpenOrCreate);
            _file.Seek(0, SeekOrigin.End);
            _file.Write(Encoding.UTF8.GetBytes(_file.Length == 0 ? Header : ""));
        }

        foreach (var person in people)
        {
            _file.Write(Encoding.UTF8.GetBytes(Line(person)));
        }

        _file.Flush(flushToDisk: true);
    }

    private async Task RewriteAsync()
    {
        await DisposeAsync();
        _file = null;
        var text = Header + string.Concat(_people.Values.Select(Line));
        await PrivateFile.WriteAsync(path, text, CancellationToken.None);
        _isUntidy = false;
    }

    private static string Line(Person person) =>
        CsvText.Row(person.Key, person.Pseudonym, person.Number?.ToString(CultureInfo.InvariantCulture));

    private void Read(string from, Action<CsvReader> take)
    {
        using var rows = new CsvReader(File.OpenRead(from), LongestLine, (byte)',')
        {
            Fails = message => new ImportException(message),
        };
        for (var isFirst = true; rows.Read(); isFirst = false)
        {
            var isWhole = rows is { Fault: null, Count: 3 };
            _isUntidy |= !rows.IsTerminated;
            if (!isWhole && !rows.IsTerminated)
            {
                // Nobody was made yet: the name gets another pseudonym.
                return;
            }

            if (!isWhole || (isFirst && from == path && rows.Text(2) != "number"))
            {
                throw new ImportException(
                    $"Line {rows.Line} of {from} is not key,pseudonym,number with commas in between: mend it, or name another file with --keys."
                );
            }

            if (!isFirst || from != path)
            {
                take(rows);
            }
        }
    }

    private void TakeIfMade(CsvReader rows, IReadOnlyDictionary<string, long> made)
    {
        if (made.TryGetValue(rows.Text(1), out var number))
        {
            Keep(new Person(rows.Text(0), rows.Text(1), number));
        }
    }

    private void Take(CsvReader rows)
    {
        var key = rows.Text(0);
        _isUntidy |= _people.ContainsKey(key);
        long? number = long.TryParse(rows.Text(2), NumberStyles.None, CultureInfo.InvariantCulture, out var said)
            ? said
            : null;
        if (number is not null || _people.GetValueOrDefault(key) is not { Number: not null })
        {
            Keep(new Person(key, rows.Text(1), number));
        }
    }
}

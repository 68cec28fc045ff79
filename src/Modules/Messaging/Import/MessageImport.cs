using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sillage.Hosting.Verbs;
using Sillage.Messaging.Rooms;
using Sillage.Messaging.Searching;
using Sillage.Messaging.Talk;
using Sillage.Messaging.Threads;
using Sillage.Storage;

namespace Sillage.Messaging.Import;

/// <summary>How a file is taken over.</summary>
/// <param name="Owner">Who owns rooms whose members the file does not say; null where none is to be made.</param>
/// <param name="KeepUnknown">Whether messages of people without an account are kept, without a sender.</param>
/// <param name="DryRun">Whether all of it is undone at the end.</param>
internal sealed record ImportChoice(Guid? Owner, bool KeepUnknown, bool DryRun);

/// <summary>What came of a file.</summary>
internal sealed class ImportReport
{
    /// <summary>How many rooms were made.</summary>
    public long Rooms { get; set; }

    /// <summary>How many messages were stored.</summary>
    public long Messages { get; set; }

    /// <summary>How many were here already.</summary>
    public long Known { get; set; }

    /// <summary>How many lines could not be taken, by the reason.</summary>
    public Dictionary<string, long> Reasons { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the first of each reason is.</summary>
    public Dictionary<string, string> Places { get; } = new(StringComparer.Ordinal);

    public long Bad => Reasons.Values.Sum();

    public void Refuse(ImportedLine line, string why)
    {
        Reasons[why] = Reasons.GetValueOrDefault(why) + 1;
        Places.TryAdd(why, string.Create(CultureInfo.InvariantCulture, $"in line {line.Number}"));
    }

    /// <summary>Adds what came of some more lines.</summary>
    public void Add(ImportReport more)
    {
        (Rooms, Messages, Known) = (Rooms + more.Rooms, Messages + more.Messages, Known + more.Known);
        foreach (var (reason, count) in more.Reasons)
        {
            Reasons[reason] = Reasons.GetValueOrDefault(reason) + count;
            Places.TryAdd(reason, more.Places[reason]);
        }
    }
}

/// <summary>
/// Takes rooms and messages over from elsewhere, some hundred lines in a unit of work. A message is called by what it is, so that one that
/// is here already is known again: what was interrupted is begun anew and goes on behind what is there.
/// </summary>
internal sealed class MessageImport(Chat chat)
{
    private const int LinesOfUnit = 500;

    private const string MakeRoom = """
        INSERT INTO room (id, slug, name, kind, visibility, slow_seconds, retention_days, created_at)
        VALUES (@Id, @Slug, @Name, 'room', @Visibility, 0, NULL, @Now)
        """;

    private const string FindAnswered = "SELECT seq, thread FROM message WHERE id = @Id AND room_id = @Room";

    private static readonly Sql FindKnown = new(
        "SELECT id FROM message WHERE id IN @Ids",
        "SELECT id FROM message WHERE id = ANY(@Ids)"
    );

    private const string LastOfRoom = """
        SELECT sent_at FROM message WHERE room_id = @Room ORDER BY seq DESC LIMIT 1
        """;

    // Whoever had read all there was has read what was said elsewhere.
    private const string ReadOn = """
        UPDATE member SET read_seq = @LastSeq WHERE room_id = @Room AND state = 'in' AND read_seq >= @FirstSeq
        """;

    private readonly Dictionary<string, Guid?> _people = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes all lines over, or says what would come of it.</summary>
    /// <param name="lines">Reads them from the beginning.</param>
    /// <param name="length">How many bytes there are of them.</param>
    /// <param name="choice">How they are taken over.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="ct">Ends it between two units.</param>
    public async Task<ImportReport> RunAsync(
        Func<IEnumerable<ImportedLine>> lines,
        long length,
        ImportChoice choice,
        IProgress<ImportProgress> progress,
        CancellationToken ct
    )
    {
        var report = new ImportReport();
        if (!choice.DryRun)
        {
            await EachAsync(
                async (some, work) =>
                {
                    await LearnAsync(some, ct);
                    return await chat.Database.WriteAsync(work, ct);
                }
            );
            return report;
        }

        // Nobody can be asked for while the unit is open.
        await LearnAsync(lines(), ct);
        try
        {
            await chat.Database.WriteAsync<bool>(
                async unit =>
                {
                    await EachAsync((_, work) => work(unit));
                    throw new UndoneException();
                },
                ct
            );
        }
        catch (UndoneException)
        {
            // All of it was only to be seen.
        }

        return report;

        async Task EachAsync(
            Func<IReadOnlyList<ImportedLine>, Func<IUnitOfWork, Task<ImportReport>>, Task<ImportReport>> within
        )
        {
            var read = 0L;
            foreach (var some in lines().Chunk(LinesOfUnit))
            {
                ct.ThrowIfCancellationRequested();
                // A unit that is run once more begins to count anew.
                report.Add(await within(some, unit => new Part(this, unit, choice).RunAsync(some, ct)));
                read += some.Length;
                progress.Report(new ImportProgress(some[^1].End, length, read, report.Bad));
            }
        }
    }

    private async Task LearnAsync(IEnumerable<ImportedLine> lines, CancellationToken ct)
    {
        foreach (var line in lines)
        {
            IEnumerable<string> named = line.Message is { } message
                ? [message.Sender]
                : line.Room?.Members?.Select(member => member.Username) ?? [];
            foreach (var username in named)
            {
                if (!_people.ContainsKey(username))
                {
                    _people[username] = (await chat.Accounts.FindByUsernameAsync(username, ct))?.Id;
                }
            }
        }
    }

    /// <summary>What a message is called here: the same wherever the same file is read (RFC 9562, version 8).</summary>
    private static Guid IdOf(Guid room, string name)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{room}\n{name}"), digest);
        digest[6] = (byte)((digest[6] & 0x0F) | 0x80);
        digest[8] = (byte)((digest[8] & 0x3F) | 0x80);
        return new Guid(digest[..16], bigEndian: true);
    }

    private static string NameOf(ImportedMessage message) =>
        message.Id is { } id
            ? $"id\n{id}"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"line\n{message.Sender}\n{message.At!.Value.UtcTicks}\n{message.Text}"
            );

    /// <summary>The lines of one unit of work.</summary>
    private sealed class Part(MessageImport import, IUnitOfWork unit, ImportChoice choice)
    {
        private readonly ImportReport _report = new();
        private readonly Dictionary<string, Open?> _rooms = new(StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<Guid, MessageRow> _rows = [];

        private Chat Chat => import.Chat;

        public async Task<ImportReport> RunAsync(IReadOnlyList<ImportedLine> lines, CancellationToken ct)
        {
            var named = new List<(ImportedLine Line, ImportedMessage Message, Open Room, Guid Id)>();
            foreach (var line in lines)
            {
                if (line.Fault is { } fault)
                {
                    _report.Refuse(line, fault);
                }
                else if (line.Room is { } room)
                {
                    await TakeRoomAsync(line, room, ct);
                }
                else if (line.Message is { } message && await OpenAsync(line, message.Room, ct) is { } open)
                {
                    named.Add((line, message, open, IdOf(open.Held.Room.Id, NameOf(message))));
                }
            }

            var ids = new { Ids = new IdList(named.Select(one => one.Id)) };
            var known = (await unit.QueryAsync<Guid>(FindKnown, ids, ct)).ToHashSet();
            foreach (var (line, message, room, id) in named)
            {
                if (known.Contains(id) || _rows.ContainsKey(id))
                {
                    _report.Known++;
                }
                else if (await RowOfAsync(line, message, room, id, ct) is { } row)
                {
                    _rows.Add(id, row);
                    _report.Messages++;
                }
            }

            await SaveAsync(ct);
            return _report;
        }

        private async Task TakeRoomAsync(ImportedLine line, ImportedRoom room, CancellationToken ct)
        {
            var asked = new NewRoom(room.Name ?? room.Slug, room.Slug, room.Visibility);
            var faults = new List<ValidationResult>();
            if (!Validator.TryValidateObject(asked, new ValidationContext(asked), faults, validateAllProperties: true))
            {
                _report.Refuse(line, $"/room: {string.Join(' ', faults.Select(fault => fault.ErrorMessage))}");
                return;
            }

            var members = new List<(Guid Account, string Role)>();
            foreach (var member in room.Members ?? [])
            {
                if (import._people[member.Username] is { } account)
                {
                    members.Add((account, member.Role));
                }
                else
                {
                    _report.Refuse(line, $"There is no account '{member.Username}'.");
                }
            }

            var owner = members
                .Where(one => one.Role == Member.Owner)
                .Select(one => (Guid?)one.Account)
                .FirstOrDefault();
            var open =
                await FindAsync(room.Slug, ct)
                ?? await MakeAsync(line, room.Slug, asked.Name, room.Visibility, owner ?? choice.Owner, ct);
            foreach (var (account, role) in open is null ? [] : members)
            {
                await TakeInAsync(open!, account, role, ct);
            }
        }

        private async Task<Open?> OpenAsync(ImportedLine line, string name, CancellationToken ct) =>
            await FindAsync(name, ct) ?? await MakeNamedAsync(line, name, ct);

        private async Task<Open?> MakeNamedAsync(ImportedLine line, string slug, CancellationToken ct)
        {
            var room = new NewRoom(slug, slug);
            if (Validator.TryValidateObject(room, new ValidationContext(room), null, validateAllProperties: true))
            {
                return await MakeAsync(line, slug, slug, RoomVisibility.Private, choice.Owner, ct);
            }

            _report.Refuse(line, "/room: It is no slug: 2 to 63 lower case letters, digits, - or _.");
            return null;
        }

        private async Task<Open?> MakeAsync(
            ImportedLine line,
            string slug,
            string name,
            RoomVisibility visibility,
            Guid? owner,
            CancellationToken ct
        )
        {
            if (owner is not { } account)
            {
                _report.Refuse(
                    line,
                    $"There is no room '{slug}', and nobody to own it: name --owner, or an owner among its members."
                );
                return null;
            }

            var id = Guid.CreateVersion7(Chat.Now);
            var parameters = new
            {
                Id = id,
                Slug = slug,
                Name = name,
                Visibility = visibility == RoomVisibility.Public ? Room.Public : Room.Private,
                Chat.Now,
            };
            await unit.ExecuteAsync(MakeRoom, parameters, ct);
            _report.Rooms++;
            var open = await HoldAsync(id, ct);
            _rooms[slug] = open;
            await TakeInAsync(open, account, Member.Owner, ct);
            return open;
        }

        private async Task<Open?> FindAsync(string name, CancellationToken ct)
        {
            if (_rooms.TryGetValue(name, out var known))
            {
                return known;
            }

            var room = await Room.FindAsync(unit, name, Guid.Empty, ct);
            // One room has one state, by whichever of its names it is asked for.
            var open = room is null
                ? null
                : _rooms.Values.FirstOrDefault(one => one?.Held.Room.Id == room.Id) ?? await HoldAsync(room.Id, ct);
            if (open is not null)
            {
                _rooms[name] = open;
            }

            return open;
        }

        private async Task<Open> HoldAsync(Guid id, CancellationToken ct)
        {
            var held = (await HeldRoom.HoldAsync(unit, id, Guid.Empty, ct))!;
            var last = await unit.ScalarAsync<DateTimeOffset?>(LastOfRoom, new { Room = id }, ct);
            return new Open(held, held.LastSeq, last ?? DateTimeOffset.MinValue);
        }

        private async Task TakeInAsync(Open room, Guid account, string role, CancellationToken ct)
        {
            // Whoever left or was put out stays so.
            if (room.Seen.Add(account) && await Member.FindAsync(unit, room.Held.Room.Id, account, ct) is null)
            {
                await Member.PutAsync(unit, room.Held, account, role, Member.In, Chat.Now, ct);
            }
        }

        private async Task<MessageRow?> RowOfAsync(
            ImportedLine line,
            ImportedMessage message,
            Open room,
            Guid id,
            CancellationToken ct
        )
        {
            // To the millisecond, as storage keeps it.
            var at = DateTimeOffset.FromUnixTimeMilliseconds(message.At!.Value.ToUnixTimeMilliseconds());
            var sender = import._people[message.Sender];
            if (sender is null && !choice.KeepUnknown)
            {
                _report.Refuse(
                    line,
                    $"There is no account '{message.Sender}'; --keep-unknown keeps such messages without a sender."
                );
                return null;
            }

            if (at > Chat.Now)
            {
                _report.Refuse(line, "/at: It is in the future.");
                return null;
            }

            if (at < room.Last)
            {
                _report.Refuse(line, "/at: It is older than the message before it in its room: sort the file by time.");
                return null;
            }

            var roomId = room.Held.Room.Id;
            Answered? answered = null;
            if (message.ReplyTo is { } replyTo && (answered = await FindAnsweredAsync(roomId, replyTo, ct)) is null)
            {
                _report.Refuse(line, "/replyTo: There is no such message before it in its room.");
                return null;
            }

            if (sender is { } account)
            {
                await TakeInAsync(room, account, Member.Ordinary, ct);
            }

            room.Last = at;
            return new MessageRow(
                roomId,
                room.Held.NextSeq(),
                id,
                sender,
                null,
                message.Text,
                at,
                answered?.Seq,
                answered is null ? null : answered.Thread ?? answered.Seq,
                null,
                null,
                false,
                0
            );
        }

        private async Task<Answered?> FindAnsweredAsync(Guid room, string name, CancellationToken ct)
        {
            var id = IdOf(room, $"id\n{name}");
            return _rows.TryGetValue(id, out var row)
                ? new Answered(row.Seq, row.Thread)
                : await unit.FirstOrDefaultAsync<Answered>(FindAnswered, new { Id = id, Room = room }, ct);
        }

        private async Task SaveAsync(CancellationToken ct)
        {
            await MessageRow.InsertAsync(unit, _rows.Values, ct);
            await MessageIndex.AddAsync(unit, _rows.Values, ct);
            foreach (var row in _rows.Values.Where(row => row.Thread is not null).OrderBy(row => row.Seq))
            {
                await ThreadReading.CountReplyAsync(unit, row.RoomId, row.Thread!.Value, row.Seq, ct);
            }

            foreach (var room in _rooms.Values.OfType<Open>().Distinct())
            {
                var numbers = new
                {
                    Room = room.Held.Room.Id,
                    room.FirstSeq,
                    room.Held.LastSeq,
                };
                await unit.ExecuteAsync(ReadOn, numbers, ct);
                await room.Held.SaveAsync(unit, Chat.Signals, ct);
            }
        }

        private sealed record Answered(long Seq, long? Thread);

        /// <summary>A room that the unit has to itself.</summary>
        private sealed class Open(HeldRoom held, long firstSeq, DateTimeOffset last)
        {
            public HeldRoom Held => held;

            public long FirstSeq => firstSeq;

            public HashSet<Guid> Seen { get; } = [];

            public DateTimeOffset Last { get; set; } = last;
        }
    }

    private Chat Chat => chat;

    /// <summary>Has storage undo what was only tried.</summary>
    private sealed class UndoneException : Exception;
}

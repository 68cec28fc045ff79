using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Api.Paging;
using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Traces.Import.Rows;
using Sillage.Traces.Intake;
using Sillage.Traces.Query;
using Sillage.Traces.Studies;
using static Sillage.Specifications.Fuzzing.FuzzTarget;

namespace Sillage.Traces.Fuzz;

/// <summary>Small texts: times, cursors, filters, and two traces that may be the same.</summary>
internal static class TextTargets
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 9, 30, 0, TimeSpan.Zero);
    private static readonly Study Study = KnownStudy.Create();

    private static readonly Caller Researcher = new(
        Guid.CreateVersion7(Now),
        "researcher-1",
        Role.Administrator,
        new Permissions(TracesPermission.All).Of(Role.Administrator),
        CredentialKind.Session,
        null
    );

    private static readonly TimeReading[] Readings =
    [
        new(null, null),
        new(null, "Europe/Paris"),
        new("rfc3339", null),
        new("s", null),
        new("ms", null),
        new("us", null),
        new("dd.MM.yyyy HH:mm:ss.fff", "America/New_York"),
        new("yyyy-MM-dd HH:mm:sszzz", null),
    ];

    private sealed record TimeKeys(long? Time, long Position);

    private sealed record TextKeys(string Slug);

    private sealed record IdKeys(Guid Id);

    /// <summary>A time is read as the framework reads it, where both do, and comes out again as the same moment.</summary>
    public static void Times(byte[] text)
    {
        if (!Rfc3339.TryParse(text, out long microseconds))
        {
            return;
        }

        var time = Rfc3339.ToTime(microseconds);
        Expect(Rfc3339.ToMicroseconds(time) == microseconds, "not the moment that was read");
        var written = time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        Expect(
            Rfc3339.TryParse(Encoding.ASCII.GetBytes(written), out long again) && again == microseconds,
            "not read as it is written"
        );
        // The framework rounds what is finer than its ticks.
        Expect(
            !DateTimeOffset.TryParse(
                Encoding.ASCII.GetString(text).ToUpperInvariant(),
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var other
            )
                || (other - time).Duration() <= TimeSpan.FromMicroseconds(1),
            "another moment than the framework's"
        );
    }

    /// <summary>Whatever form a file has its times in, what comes of one is RFC 3339.</summary>
    public static void ImportedTimes(byte[] text)
    {
        var room = new byte[128];
        foreach (var reading in Readings)
        {
            if (reading.Read(text, room, out var time) is null)
            {
                Expect(Rfc3339.TryParse(time, out long _), "a time that is none: " + Encoding.UTF8.GetString(time));
            }
        }
    }

    /// <summary>A cursor holds keys or is 400.</summary>
    public static void Cursors(byte[] text)
    {
        Check<TimeKeys>();
        Check<TextKeys>();
        Check<IdKeys>();

        void Check<TKeys>()
            where TKeys : class
        {
            // As it came, and as what a cursor that can be decoded would hold.
            foreach (var cursor in (string[])[Encoding.Latin1.GetString(text), Base64Url.EncodeToString(text)])
            {
                try
                {
                    var keys = new PageRequest(50, cursor).After<TKeys>();
                    Expect(keys is not null, "no keys in a cursor");
                    Expect(
                        keys is not TextKeys { Slug: { } slug } || !slug.Contains('\0', StringComparison.Ordinal),
                        "a key that PostgreSQL does not take"
                    );
                }
                catch (ProblemException refused)
                {
                    Expect(refused.Problem.Status == 400, "a refusal of another kind");
                }
            }
        }
    }

    /// <summary>First line: a value; the rest: the data of a trace. Each field's filter matches what another reader finds.</summary>
    public static void Filters(byte[] text)
    {
        var line = text.AsSpan().IndexOf((byte)'\n');
        if (line < 0)
        {
            return;
        }

        var value = Encoding.UTF8.GetString(text.AsSpan(0, line));
        var data = text[(line + 1)..];
        if (!TryReadData(data, out var read))
        {
            return;
        }

        using (read)
        {
            foreach (var rule in Study.Rules.Rules)
            {
                if (DataFilter.Create(rule, value) is { } filter)
                {
                    var isThere = read.RootElement.TryGetProperty(rule.Name, out var found);
                    Expect(
                        filter.Matches(new TraceRow { Data = data }) == (isThere && Equals(rule.Type, found, value)),
                        rule.Name
                    );
                }
            }
        }
    }

    /// <summary>A query is a filter, or 400 or 403.</summary>
    public static void Queries(byte[] text)
    {
        var http = new DefaultHttpContext();
        http.Request.QueryString = new QueryString("?" + Encoding.Latin1.GetString(text));
        try
        {
            TraceFilter.Read(http.Request, Study, Researcher);
        }
        catch (ProblemException refused)
        {
            Expect(refused.Problem.Status is 400 or 403, "a refusal of another kind");
        }

        try
        {
            var page = PageRequest.BindAsync(http).AsTask().GetAwaiter().GetResult();
            Expect(page is { Limit: >= 1 and <= PageRequest.MaximumLimit }, "a page of no length");
        }
        catch (ProblemException refused)
        {
            Expect(refused.Problem.Status == 400, "a refusal of another kind");
        }
    }

    /// <summary>Two traces, one a line: being the same does not depend on which one came first.</summary>
    public static void SameTrace(byte[] text)
    {
        var read = TraceParser.TryParse(
            text,
            BatchForm.NdJson,
            Study,
            new Sender(MayName: true, OwnNumber: 1),
            new TracesOptions(),
            Now,
            out var batch,
            out _
        );
        if (!read)
        {
            return;
        }

        foreach (var one in batch.Traces.Take(4))
        {
            Expect(Stored(batch, one).IsSameAs(one, batch.Source), "not the same as itself");
            foreach (var other in batch.Traces.Take(4))
            {
                Expect(
                    Stored(batch, one).IsSameAs(other, batch.Source)
                        == Stored(batch, other).IsSameAs(one, batch.Source),
                    "the same in one order only"
                );
            }
        }
    }

    private static StoredTrace Stored(ParsedBatch batch, ParsedTrace trace) =>
        new(
            trace.Participant,
            trace.Time,
            trace.Session.IsNone ? null : batch.Source.Of(trace.Session).ToArray(),
            trace.Sequence,
            batch.Source.Of(trace.Name).ToArray(),
            batch.Source.Of(trace.Data).ToArray()
        );

    private static bool TryReadData(byte[] data, out JsonDocument read)
    {
        read = null!;
        try
        {
            read = JsonDocument.Parse(data);
        }
        catch (JsonException)
        {
            return false;
        }

        // Only what intake lets in is ever stored.
        if (
            read.RootElement.ValueKind == JsonValueKind.Object
            && System.Text.Unicode.Utf8.IsValid(data)
            && TraceParser.CheckData(data, Study).Count == 0
        )
        {
            return true;
        }

        read.Dispose();
        return false;
    }

    private static bool Equals(FieldType type, JsonElement found, string value) =>
        (type, found.ValueKind) switch
        {
            (FieldType.String, JsonValueKind.String) => found.GetString() == value,
            (FieldType.Integer, JsonValueKind.Number) => found.GetInt64()
                == long.Parse(value, CultureInfo.InvariantCulture),
            (FieldType.Number, JsonValueKind.Number) => found
                .GetDouble()
                .Equals(double.Parse(value, CultureInfo.InvariantCulture)),
            (FieldType.Boolean, JsonValueKind.True or JsonValueKind.False) => found.GetBoolean() == (value == "true"),
            (FieldType.Timestamp, JsonValueKind.String) => Rfc3339.TryParse(value, out DateTimeOffset wanted)
                && Rfc3339.TryParse(found.GetString()!, out DateTimeOffset there)
                && wanted == there,
            _ => false,
        };
}

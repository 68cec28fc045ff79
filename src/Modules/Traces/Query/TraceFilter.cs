using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Schema;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Query;

/// <summary>Which of a study's traces are asked for, and whether under names: the same for query, live view and export.</summary>
internal sealed class TraceFilter
{
    private const string DataPrefix = "data.";

    public long? Participant { get; private set; }

    public byte[]? Session { get; private set; }

    public byte[]? Name { get; private set; }

    /// <summary>The first moment, in microseconds since the Unix epoch.</summary>
    public long? From { get; private set; }

    /// <summary>The first moment that is too late, in microseconds since the Unix epoch.</summary>
    public long? To { get; private set; }

    /// <summary>The trace after which the list begins.</summary>
    public Guid? After { get; private set; }

    public IReadOnlyList<DataFilter> Data { get; private set; } = [];

    /// <summary>Whether numbers and user names are wanted; the right to them has been checked.</summary>
    public bool Identities { get; private set; }

    /// <summary>Whether fields that are marked to be masked or left out are wanted as they are.</summary>
    public bool InClear { get; private set; }

    /// <summary>Describes the query parameters that are common to all three.</summary>
    public static TBuilder Describe<TBuilder>(TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        routes
            .WithParticipant()
            .WithQuery("session", "A session of the client, exactly.", "s-1")
            .WithQuery("name", "What happened, exactly.", "answered")
            .WithQuery("from", "Timestamps from this moment on (RFC 3339).", "2026-11-20T09:00:00Z")
            .WithQuery("to", "Timestamps before this moment (RFC 3339).", "2026-11-20T10:00:00Z")
            .WithQuery(
                "data.*",
                "A declared field's value, compared by its type: ?data.correct=true; of a masked field, its token.",
                "data.correct=true"
            )
            .WithQuery(
                "after",
                "Only traces stored after the one with this id.",
                "01935a2e-7c4d-7a61-9a5b-3c2f1e0d4b58"
            )
            .WithQuery(
                "identities",
                "true: with each participant's number and user name, and with the fields that are else masked or left out. "
                    + "Needs the right 'identities' and is audited. Default false."
            );

    /// <summary>Reads the filter from the query.</summary>
    /// <exception cref="ProblemException">400 with all that is wrong, or 403.</exception>
    public static TraceFilter Read(HttpRequest request, Study study, Caller caller)
    {
        var filter = new TraceFilter();
        var errors = new List<FieldError>();
        var rights = study.RightsOf(caller);
        var data = new List<DataFilter>();
        // What values a marked field can be asked for depends on whether it is seen in the clear.
        filter.InClear = request.Query["identities"] == "true";
        foreach (var (name, values) in request.Query)
        {
            var value = values.Count == 1 ? values[0] ?? "" : null;
            var expected =
                value is null ? "Once only."
                : value.Contains('\0', StringComparison.Ordinal) ? "The character U+0000 is in no trace."
                : filter.Set(name, value, study, rights, data);
            if (expected is not null)
            {
                errors.Add(new FieldError("?" + name, expected));
            }
        }

        if (errors.Count > 0)
        {
            throw new ProblemException(Problem.BadRequest("The filter is not valid.", errors));
        }

        filter.Data = data;
        if (filter.Identities)
        {
            study.Demand(caller, StudyRights.Identities);
        }

        return filter;
    }

    /// <summary>Everything; with marked fields as they came, or as they are shown under pseudonyms.</summary>
    public static TraceFilter Everything(bool inClear) => new() { InClear = inClear };

    /// <summary>Everything of one participant, as it came: for himself.</summary>
    public static TraceFilter Of(long participant) => new() { Participant = participant, InClear = true };

    /// <summary>What is read by other means than an index is checked row by row.</summary>
    public bool Matches(in TraceRow row)
    {
        if (
            (Participant is { } participant && row.Participant != participant)
            || (Session is not null && !row.Session.SequenceEqual(Session))
            || (Name is not null && !row.Name.SequenceEqual(Name))
            || (From is { } from && row.Time < from)
            || (To is { } to && row.Time >= to)
        )
        {
            return false;
        }

        foreach (var filter in Data)
        {
            if (!filter.Matches(row))
            {
                return false;
            }
        }

        return true;
    }

    // Returns what would be right; null if it is.
    private string? Set(string name, string value, Study study, StudyRights rights, List<DataFilter> data)
    {
        switch (name)
        {
            case "participant":
                // One that does not exist has no traces.
                Participant = ParticipantName.Find(study, value, rights) ?? 0;
                return null;
            case "session":
                Session = Encoding.UTF8.GetBytes(value);
                return null;
            case "name":
                Name = Encoding.UTF8.GetBytes(value);
                return null;
            case "from":
                From = Time(value);
                return From is null ? Rfc3339.Expected : null;
            case "to":
                To = Time(value);
                return To is null ? Rfc3339.Expected : null;
            case "after":
                After = Guid.TryParseExact(value, "D", out var id) ? id : null;
                return After is null ? "The id of a trace." : null;
            case "identities":
                Identities = value == "true";
                return value is "true" or "false" ? null : "Either true or false.";
            default:
                return name.StartsWith(DataPrefix, StringComparison.Ordinal) ? SetData(name, value, study, data) : null;
        }
    }

    private string? SetData(string name, string value, Study study, List<DataFilter> data)
    {
        var rule = study.Rules.Rules.FirstOrDefault(r => r.Name == name[DataPrefix.Length..]);
        if (rule is null or { Type: FieldType.Json })
        {
            return "A declared field of the study, of a type other than json.";
        }

        if (!InClear && rule.Export == FieldExport.LeaveOut)
        {
            return "The field is left out for readers who do not see identities.";
        }

        var mask = !InClear && rule.Export == FieldExport.Mask ? study.Mask : null;
        if (DataFilter.Create(rule, value, mask) is not { } filter)
        {
            return $"A value of the field's type, {rule.Type.ToString().ToLowerInvariant()}.";
        }

        data.Add(filter);
        return null;
    }

    private static long? Time(string value) =>
        Rfc3339.TryParse(Encoding.UTF8.GetBytes(value), out long time) ? time : null;
}

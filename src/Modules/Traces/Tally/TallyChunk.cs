using System.Runtime.InteropServices;

namespace Sillage.Traces.Tally;

/// <summary>How many, and from when to when, in microseconds since the Unix epoch.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Extent
{
    public long Count;
    public long First;
    public long Last;

    public void Add(long time)
    {
        First = Count == 0 ? time : Math.Min(First, time);
        Last = Count == 0 ? time : Math.Max(Last, time);
        Count++;
    }
}

/// <summary>Some thousand traces of one study, added up in memory before anything is written.</summary>
internal sealed class TallyChunk
{
    public const long Hour = 3_600_000_000;

    /// <summary>Stands for all values of a field that are not told apart.</summary>
    public const int AnyValue = -1;

    private readonly FieldValues _fields;
    private readonly FieldValues.Sink _sink;
    private readonly Interner[] _valuesOf;
    private readonly bool[] _isMany;
    private long _participant;

    public TallyChunk(StudyFields study)
    {
        _fields = new FieldValues(study.Rules);
        _valuesOf = [.. study.Rules.Rules.Select(_ => new Interner())];
        _isMany = [.. study.Rules.Rules.Select(r => study.Many.Contains(r.Name))];
        _sink = AddValue;
        Study = study;
    }

    public StudyFields Study { get; }

    public Interner NameTexts { get; } = new();

    public Interner SessionTexts { get; } = new();

    public Dictionary<(long Participant, long Hour), Extent> Hours { get; } = [];

    public Dictionary<(long Participant, int Name), Extent> Names { get; } = [];

    public Dictionary<(long Participant, int Session), SessionTally> Sessions { get; } = [];

    /// <summary>By participant, the field's place among the rules, and the value's number among the field's.</summary>
    public Dictionary<(long Participant, int Rule, int Value), long> Values { get; } = [];

    /// <summary>Fields that have been found to have too many values to tell apart.</summary>
    public HashSet<string> NewlyMany { get; } = new(StringComparer.Ordinal);

    public int Count { get; private set; }

    /// <summary>The position of the last trace.</summary>
    public long Position { get; private set; }

    /// <summary>When the last trace was received.</summary>
    public long ReceivedAt { get; private set; }

    public ReadOnlySpan<byte> ValueOf(int rule, int value) =>
        value == AnyValue ? default : _valuesOf[rule].Texts[value];

    public void Add(in TallyRow row)
    {
        Count++;
        (Position, ReceivedAt, _participant) = (row.Position, row.ReceivedAt, row.Participant);
        var hour = Math.DivRem(row.Time, Hour, out var rest) - (rest < 0 ? 1 : 0);
        CollectionsMarshal.GetValueRefOrAddDefault(Hours, (row.Participant, hour), out _).Add(row.Time);
        CollectionsMarshal
            .GetValueRefOrAddDefault(Names, (row.Participant, NameTexts.Of(row.Name)), out _)
            .Add(row.Time);
        ref var session = ref CollectionsMarshal.GetValueRefOrAddDefault(
            Sessions,
            (row.Participant, SessionTexts.Of(row.Session)),
            out _
        );
        (session ??= new SessionTally()).Add(row.Time, row.IsImported ? null : row.ReceivedAt, row.Sequence);
        _fields.Read(row.Data, _sink);
    }

    /// <summary>Gives up telling apart the values of fields that have too many, with those that are stored already.</summary>
    public void Settle()
    {
        for (var rule = 0; rule < _valuesOf.Length; rule++)
        {
            var field = Study.Rules.Rules[rule];
            if (
                _isMany[rule]
                || (
                    !FieldValues.IsDeclared(field)
                    && Study.CountWith(field.Name, _valuesOf[rule].Texts) > FieldValues.MaximumValues
                )
            )
            {
                GiveUp(rule);
                if (!Study.Many.Contains(field.Name))
                {
                    NewlyMany.Add(field.Name);
                }
            }
        }
    }

    private void AddValue(int rule, ReadOnlySpan<byte> literal)
    {
        _isMany[rule] |= literal.IsEmpty;
        var value = _isMany[rule] ? AnyValue : _valuesOf[rule].Of(literal);
        CollectionsMarshal.GetValueRefOrAddDefault(Values, (_participant, rule, value), out _)++;
    }

    private void GiveUp(int rule)
    {
        foreach (var ((participant, _, value), count) in Values.Where(v => v.Key.Rule == rule).ToList())
        {
            if (value != AnyValue)
            {
                Values.Remove((participant, rule, value));
                CollectionsMarshal.GetValueRefOrAddDefault(Values, (participant, rule, AnyValue), out _) += count;
            }
        }
    }
}

/// <summary>A trace as it is counted; its texts are valid until the next.</summary>
internal ref struct TallyRow
{
    public long Position;

    /// <summary>0 where there is none.</summary>
    public long Participant;

    public long Time;
    public long ReceivedAt;

    /// <summary>Whether it came out of a file: when that was says nothing of the clock that wrote it.</summary>
    public bool IsImported;

    /// <summary>Empty where there is none.</summary>
    public ReadOnlySpan<byte> Session;

    public long? Sequence;
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Data;
}

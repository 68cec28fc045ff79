using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace Sillage.Api.Requests.Query;

/// <summary>A parameter that the framework parses from text: its name, and what texts it takes.</summary>
internal sealed class PlainParameter
{
    private readonly Type _type;
    private readonly bool _isMany;

    public PlainParameter(string name, Type type, bool isRequired)
    {
        (Name, IsRequired) = (name, isRequired);
        _isMany = type.IsArray || type == typeof(StringValues);
        var one = type.IsArray ? type.GetElementType()! : type;
        _type = Nullable.GetUnderlyingType(one) ?? one;
        if (_type == typeof(StringValues))
        {
            _type = typeof(string);
        }

        // In a query the framework reads the names of an enumeration as they are in code.
        Expectation = _type.IsEnum
            ? "One of " + string.Join(", ", Enum.GetNames(_type))
            : Reading.Expectation.Of(_type);
    }

    public string Name { get; }

    public bool IsRequired { get; }

    /// <summary>What is expected, in words.</summary>
    public string Expectation { get; }

    /// <summary>A parameter that may be any text.</summary>
    public static PlainParameter Text(string name) => new(name, typeof(string), isRequired: false);

    /// <summary>Whether the framework parses the type from text.</summary>
    public static bool IsPlain(Type type)
    {
        var one = type.IsArray ? type.GetElementType()! : type;
        one = Nullable.GetUnderlyingType(one) ?? one;
        return one == typeof(string)
            || one == typeof(StringValues)
            || one.IsEnum
            || Array.Exists(
                one.GetInterfaces(),
                i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IParsable<>)
            );
    }

    /// <summary>What is wrong with the values given; null if nothing.</summary>
    public string? Fault(StringValues values)
    {
        if (values.Count > 1 && !_isMany)
        {
            return "Is there more than once.";
        }

        foreach (var value in values)
        {
            if (value is null || !Takes(value))
            {
                return value?.Contains('\0', StringComparison.Ordinal) == true
                    ? "U+0000 cannot be stored."
                    : $"{Expectation} is expected.";
            }
        }

        return null;
    }

    /// <summary>Whether the text is one.</summary>
    public bool Takes(string text) =>
        !text.Contains('\0', StringComparison.Ordinal)
        && _type switch
        {
            _ when _type == typeof(string) => true,
            _ when _type == typeof(bool) => bool.TryParse(text, out _),
            _ when _type == typeof(Guid) => Guid.TryParse(text, out _),
            _ when _type == typeof(int) => int.TryParse(
                text,
                NumberStyles.Integer,
                CultureInfo.InvariantCulture,
                out _
            ),
            _ when _type == typeof(long) => long.TryParse(
                text,
                NumberStyles.Integer,
                CultureInfo.InvariantCulture,
                out _
            ),
            _ when _type == typeof(double) => double.TryParse(text, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number),
            _ when _type == typeof(DateTimeOffset) => DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                out _
            ),
            // The framework would take any number for an enumeration.
            _ when _type.IsEnum => Enum.GetNames(_type).Contains(text, StringComparer.Ordinal),
            // Another type's own parser decides, in the framework's binding.
            _ => true,
        };
}

using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Sillage.Api.Requests.Reading;

namespace Sillage.Hosting.Settings;

/// <summary>A setting that something reads.</summary>
/// <param name="Name">Its name with the levels separated by colons; a part <c>*</c> stands for any.</param>
/// <param name="Type">The type of its value; null where anything may stand.</param>
/// <param name="Property">The property that it fills, if it is one of ours.</param>
/// <param name="Default">The value without the setting.</param>
internal sealed record KnownSetting(string Name, Type? Type, PropertyInfo? Property = null, object? Default = null)
{
    /// <summary>What other software reads under our roof: the framework's logging and host.</summary>
    public static IReadOnlyList<KnownSetting> OfTheFramework { get; } =
    [new("Logging:**", null), new("AllowedHosts", null)];

    /// <summary>Every setting of a class of options.</summary>
    public static IEnumerable<KnownSetting> Of(SettingsSection section) => Of(section.Section, section.Options);

    /// <summary>Whether <paramref name="name"/> is this setting's, or one of its levels below.</summary>
    public bool IsFor(string name)
    {
        if (Name.EndsWith(":**", StringComparison.Ordinal))
        {
            return name.StartsWith(Name[..^2], StringComparison.OrdinalIgnoreCase)
                || name.Equals(Name[..^3], StringComparison.OrdinalIgnoreCase);
        }

        var (own, other) = (Name.Split(':'), name.Split(':'));
        return own.Length == other.Length
            && own.Zip(other).All(p => p.First == "*" || p.First.Equals(p.Second, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Whether nothing can be a value: a text that is not needed, a list without entries, or what is not set by default. Scripts
    /// hand such settings on as they got them.
    /// </summary>
    public bool MayBeEmpty =>
        Type is null
        || Name.EndsWith(":*", StringComparison.Ordinal)
        || (Type == typeof(string) && Default is not string { Length: > 0 })
        || Nullable.GetUnderlyingType(Property?.PropertyType ?? Type) is not null;

    /// <summary>Null if the text can be the value; else what is expected.</summary>
    public string? Fault(string text)
    {
        if (Type is null || Type == typeof(string))
        {
            return null;
        }

        try
        {
            TypeDescriptor.GetConverter(Type).ConvertFromInvariantString(text);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or NotSupportedException)
        {
            return Type.IsEnum ? "One of " + string.Join(", ", Enum.GetNames(Type)) : Expectation.Of(Type);
        }
    }

    /// <summary>The annotations on the value.</summary>
    public IEnumerable<ValidationAttribute> Annotations => Property?.GetCustomAttributes<ValidationAttribute>() ?? [];

    private static IEnumerable<KnownSetting> Of(string section, Type type, object? given = null)
    {
        // A group within a section has its own defaults where it is made, not where its class is.
        var defaults = given ?? (type.GetConstructor([]) is null ? null : Activator.CreateInstance(type));
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (
                property.GetIndexParameters().Length > 0
                || (property.SetMethod is null && IsScalar(property.PropertyType))
            )
            {
                continue;
            }

            var name = section.Length == 0 ? property.Name : $"{section}:{property.Name}";
            var value = defaults is null ? null : property.GetValue(defaults);
            foreach (var setting in Of(name, property, value))
            {
                yield return setting;
            }
        }
    }

    private static IEnumerable<KnownSetting> Of(string name, PropertyInfo property, object? value)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (IsScalar(type))
        {
            return [new KnownSetting(name, type, property, value)];
        }

        if (!typeof(IEnumerable).IsAssignableFrom(type))
        {
            return Of(name, type, value);
        }

        var item = type.IsArray ? type.GetElementType()! : type.GetGenericArguments().LastOrDefault() ?? typeof(string);
        return IsScalar(item)
            ? [new KnownSetting(name + ":*", item, property, value), new KnownSetting(name, null, property, value)]
            : Of(name + ":*", item).Append(new KnownSetting(name, null));
    }

    private static bool IsScalar(Type type) =>
        (Nullable.GetUnderlyingType(type) ?? type) is var plain
        && (plain.IsPrimitive || plain.IsEnum || plain.Namespace == "System" && !plain.IsArray && !plain.IsGenericType);
}

using System.Collections;
using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Sillage.Api.Formats;
using Sillage.Api.Problems;

namespace Sillage.Api.Requests.Reading;

/// <summary>
/// Checks a request against its annotations, all the way down, and collects everything that is wrong. The framework's own
/// validation names members its own way, stops at internal types in silence and knows no JSON Pointers.
/// </summary>
internal static class AnnotationCheck
{
    private static readonly ConcurrentDictionary<Type, Plan> Plans = new();

    /// <summary>Every error of <paramref name="value"/> and of what it holds.</summary>
    public static void Run(object? value, string pointer, List<FieldError> errors)
    {
        if (value is null || errors.Count >= Problem.MostErrors)
        {
            return;
        }

        var plan = Plans.GetOrAdd(value.GetType(), static type => new Plan(type));
        if (plan.IsNothingToCheck)
        {
            return;
        }

        if (plan.IsCollection)
        {
            RunItems(value, itemsMayBeNull: false, pointer, errors);
            return;
        }

        var before = errors.Count;
        foreach (var member in plan.Members)
        {
            member.Check(value, pointer, errors);
        }

        // As the framework does: an object's own rules may rely on its members being right.
        if (errors.Count == before && value is IValidatableObject validatable)
        {
            foreach (var result in validatable.Validate(new ValidationContext(value)))
            {
                var names = result.MemberNames.DefaultIfEmpty(null);
                errors.AddRange(
                    names.Select(name => new FieldError(
                        name is null ? pointer : plan.PointerTo(pointer, name),
                        result.ErrorMessage ?? "Not valid."
                    ))
                );
            }
        }
    }

    private static void RunItems(object value, bool itemsMayBeNull, string pointer, List<FieldError> errors)
    {
        if (value is IDictionary dictionary)
        {
            foreach (DictionaryEntry entry in dictionary)
            {
                var at = JsonPointer.Member(pointer, entry.Key.ToString() ?? "");
                Item(entry.Value, at);
            }
        }
        else
        {
            var index = 0;
            foreach (var item in (IEnumerable)value)
            {
                Item(item, JsonPointer.Item(pointer, index++));
            }
        }

        void Item(object? item, string at)
        {
            if (item is null && !itemsMayBeNull)
            {
                errors.Add(new FieldError(at, "Must not be null."));
            }
            else if (IsEndless(item))
            {
                errors.Add(new FieldError(at, "The number is out of range."));
            }

            Run(item, at, errors);
        }
    }

    // The JSON reader makes 1e999 infinite, which no JSON writer takes.
    private static bool IsEndless(object? value) =>
        value switch
        {
            double number => !double.IsFinite(number),
            float number => !float.IsFinite(number),
            _ => false,
        };

    private static bool IsLeaf(Type type) =>
        type.IsPrimitive
        || type.IsEnum
        || Expectation.IsAnything(type)
        || type == typeof(JsonDocument)
        || typeof(JsonNode).IsAssignableFrom(type)
        || (type.Namespace is "System" && !type.IsArray && !type.IsGenericType);

    /// <summary>What there is to check in one type, found once.</summary>
    private sealed class Plan
    {
        private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

        public Plan(Type type)
        {
            IsCollection = type != typeof(string) && typeof(IEnumerable).IsAssignableFrom(type) && !IsLeaf(type);
            IsNothingToCheck = IsLeaf(type) || type == typeof(byte[]);
            if (IsCollection || IsNothingToCheck)
            {
                return;
            }

            foreach (var property in Json.Options.GetTypeInfo(type).Properties.Where(p => p.Get is not null))
            {
                if (property.AttributeProvider is MemberInfo info)
                {
                    _names[info.Name] = property.Name;
                }

                Members.Add(new Member(property));
            }
        }

        public bool IsCollection { get; }

        public bool IsNothingToCheck { get; }

        public List<Member> Members { get; } = [];

        public string PointerTo(string pointer, string name) =>
            JsonPointer.Member(pointer, _names.GetValueOrDefault(name, name));
    }

    private sealed class Member
    {
        private readonly JsonPropertyInfo _property;
        private readonly ValidationAttribute[] _annotations;
        private readonly bool _itemsMayBeNull;

        public Member(JsonPropertyInfo property)
        {
            _property = property;
            // On a record the annotation may stand at the parameter as well as, with "property:", at the property.
            _annotations =
            [
                .. Annotations(property.AttributeProvider),
                .. Annotations(property.AssociatedParameter?.AttributeProvider),
            ];
            _itemsMayBeNull = property.AttributeProvider is PropertyInfo info && ItemsMayBeNull(info);
        }

        public void Check(object owner, string pointer, List<FieldError> errors)
        {
            var value = _property.Get!(owner);
            var at = JsonPointer.Member(pointer, _property.Name);
            if (IsEndless(value))
            {
                errors.Add(new FieldError(at, "The number is out of range."));
                return;
            }

            if (_annotations.Length > 0)
            {
                var context = new ValidationContext(owner)
                {
                    MemberName = _property.Name,
                    DisplayName = _property.Name,
                };
                foreach (var annotation in _annotations)
                {
                    if (annotation.GetValidationResult(value, context) is { } result)
                    {
                        errors.Add(new FieldError(at, Words(annotation, result)));
                    }
                }
            }

            if (value is null or string || IsLeaf(value.GetType()))
            {
                return;
            }

            if (value is IEnumerable and not byte[])
            {
                RunItems(value, _itemsMayBeNull, at, errors);
            }
            else
            {
                Run(value, at, errors);
            }
        }

        // An annotation of our own says in its result what is wrong; the framework's say it in terms of .NET.
        private string Words(ValidationAttribute annotation, ValidationResult result) =>
            annotation.GetType().Namespace == typeof(ValidationAttribute).Namespace
                ? AnnotationWords.Of(annotation, _property.Name)
                : result.ErrorMessage ?? AnnotationWords.Of(annotation, _property.Name);

        private static IEnumerable<ValidationAttribute> Annotations(ICustomAttributeProvider? provider) =>
            provider?.GetCustomAttributes(typeof(ValidationAttribute), inherit: true).Cast<ValidationAttribute>() ?? [];

        private static bool ItemsMayBeNull(PropertyInfo property)
        {
            var nullability = new NullabilityInfoContext().Create(property);
            var item = nullability.ElementType ?? nullability.GenericTypeArguments.LastOrDefault();
            return item is not null && item.ReadState != NullabilityState.NotNull;
        }
    }
}

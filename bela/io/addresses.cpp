// Which address stands for which kind of intent.
#include "io/addresses.h"

namespace pedal {
namespace {

using protocol::MessageId;

struct Row {
  MessageId id;
  IntentKind kind;
};

constexpr Row kRows[] = {
    {MessageId::kStateGet, IntentKind::kStateGet},
    {MessageId::kEffectSelect, IntentKind::kEffectSelect},
    {MessageId::kEffectNext, IntentKind::kEffectNext},
    {MessageId::kEffectClean, IntentKind::kEffectClean},
    {MessageId::kBypass, IntentKind::kBypass},
    {MessageId::kBypassToggle, IntentKind::kBypassToggle},
    {MessageId::kModelBlock, IntentKind::kModelBlock},
    {MessageId::kParamSet, IntentKind::kParamSet},
    {MessageId::kPresetLoad, IntentKind::kPresetLoad},
    {MessageId::kPresetNext, IntentKind::kPresetNext},
    {MessageId::kPresetPrevious, IntentKind::kPresetPrevious},
    {MessageId::kPresetSave, IntentKind::kPresetSave},
    {MessageId::kPresetDelete, IntentKind::kPresetDelete},
    {MessageId::kPresetMove, IntentKind::kPresetMove},
    {MessageId::kParamKeep, IntentKind::kParamKeep},
    {MessageId::kPresetsGet, IntentKind::kPresetsGet},
    {MessageId::kPresetsBackup, IntentKind::kPresetsBackup},
    {MessageId::kPresetsExport, IntentKind::kPresetsExport},
    {MessageId::kPresetsImport, IntentKind::kPresetsImport},
    {MessageId::kPresetsRestore, IntentKind::kPresetsRestore},
    {MessageId::kGesturesGet, IntentKind::kGesturesGet},
    {MessageId::kGestureSet, IntentKind::kGestureSet},
    {MessageId::kGestureClear, IntentKind::kGestureClear},
    {MessageId::kGesturesReset, IntentKind::kGesturesReset},
    {MessageId::kExpressionGet, IntentKind::kExpressionGet},
    {MessageId::kExpressionParam, IntentKind::kExpressionParam},
    {MessageId::kExpressionCalibrate, IntentKind::kExpressionCalibrate},
    {MessageId::kFootswitch, IntentKind::kFootswitch},
    {MessageId::kFaultInject, IntentKind::kInjectNan},
    {MessageId::kFaultInject, IntentKind::kInjectOverload},
    {MessageId::kFaultInject, IntentKind::kInjectUnderrun},
    {MessageId::kFaultInject, IntentKind::kInjectBurn},
    {MessageId::kMonitorSubscribe, IntentKind::kMonitorSubscribe},
    {MessageId::kMonitorLeave, IntentKind::kMonitorLeave},
    {MessageId::kBankLoad, IntentKind::kBankLoad},
    {MessageId::kBanksGet, IntentKind::kBanksGet},
};

}  // namespace

IntentKind KindOf(MessageId id) {
  for (const Row& row : kRows)
    if (row.id == id) return row.kind;
  return IntentKind::kStateGet;
}

const char* AddressOf(IntentKind kind) {
  for (const Row& row : kRows)
    if (row.kind == kind) return protocol::kMessages[static_cast<int>(row.id)].address;
  return "/state/get";
}

}  // namespace pedal
